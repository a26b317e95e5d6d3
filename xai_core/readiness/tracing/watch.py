"""Sees every torch call of a forward pass, notes the cuts, and can put other values in their place.

The input requires a gradient and the parameters do not, so that a tensor requires one exactly
where the gradient still reaches back to the input.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.passes.calls import Calls
from xai_core.readiness.tracing import places
from xai_core.readiness.tracing.contexts import inference_mode_entered, named_layers
from xai_core.readiness.tracing.cuts import (
    CHEAP,
    DETACHING,
    FLAT,
    STRAIGHT_THROUGH,
    Cut,
    Key,
    Kind,
    copied,
    kind_of_exit,
    tensors,
)  # fmt: skip
from xai_core.readiness.tracing.places import Place
from xai_core.readiness.tracing.replacement import replaced

MOST_CUTS = 2000
REFUSING = {"numpy", "__array__", "requires_grad_", "__dlpack__"}


class Watch:
    """The cuts of the forward passes inside the `with` block.

    Args:
        module: whose layers are named. values: what is put in the place of the value of a cut.
    """

    def __init__(self, module: nn.Module, values: Mapping[Key, Any] | None = None) -> None:
        self.cuts: dict[Key, Cut] = {}
        self.hooks: list[Place] = []
        self._module = module
        self._values = values or {}
        self._seen: Counter[tuple[str, str, int]] = Counter()
        self._off: Place | None = None
        self._layers: list[str] = []
        self._carriers: dict[int, tuple[Tensor, Key]] = {}
        self._aliases: set[Key | None] = set()  # detached views: changing them changes the graph's
        self._stack = ExitStack()

    def __enter__(self) -> Watch:
        self._stack.enter_context(named_layers(self._module, self._layers))
        self._stack.enter_context(inference_mode_entered(self._switched_off))
        self._stack.enter_context(Calls(self._handle))
        return self

    def __exit__(self, *_: object) -> None:
        self._carriers.clear()
        self._stack.close()

    def _switched_off(self) -> None:
        self._off = places.context()

    def _handle(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        call = _name(function)
        if call == "_set_grad_enabled" and args and not args[0] and torch.is_grad_enabled():
            self._switched_off()
        tracked = _tracked(args) or _tracked(kwargs)
        if call == "register_hook" and tracked and (place := places.caller()):
            self.hooks.append(place)
        if tracked and call in REFUSING:  # torch would stop here; what comes after is to be seen
            args = (args[0].detach(), *args[1:])
        result = function(*args, **kwargs)
        kind = self._kind(call, tracked, args, result)
        if kind is None and tracked and kwargs.get("rounding_mode"):
            kind = "non-differentiable-op"
        if kind is not None and len(self.cuts) < MOST_CUTS:
            return self._cut(kind, call, args, result)
        self._carry(call, args, result)
        return result

    def _kind(self, call: str, tracked: bool, args: Any, result: Any) -> Kind | None:
        exit_kind = kind_of_exit(call)
        if exit_kind is not None:
            return exit_kind
        outputs = list(tensors(result))
        if _in_place(call):
            outputs = outputs or list(tensors(args[:1]))
            if call not in DETACHING and self._origin(args) in self._aliases:
                return "hidden-change"
        if not tracked or not outputs:
            return None
        if not torch.is_grad_enabled():
            floating = any(output.is_floating_point() for output in outputs)
            return "no-grad-context" if floating else None
        if any(not output.requires_grad for output in outputs):
            return "detach" if call in DETACHING else "non-differentiable-op"
        if call.startswith(STRAIGHT_THROUGH):
            return "custom-backward"
        return "non-differentiable-op" if call.strip("_") in FLAT else None

    def _cut(self, kind: Kind, call: str, args: Any, result: Any) -> Any:
        place = places.caller()
        spot = (call, place.file if place else "", place.line if place else 0)
        key = (*spot, self._seen[spot])
        self._seen[spot] += 1
        in_place = _in_place(call) and call not in DETACHING
        value = copied(args[0] if in_place else result)
        region = None
        if kind == "no-grad-context":
            custom = place is not None and place.custom
            kind, region = ("custom-backward", None) if custom else (kind, self._off)
        layer = self._layers[-1] if self._layers else None
        cut = Cut(key, kind, call, place, layer, value, region, self._absorbed(call, args))
        self.cuts[key] = cut
        if key in self._values:
            result = replaced(result, args, in_place, self._values[key])
        if kind in ("detach", "non-differentiable-op"):
            self._remember(result, key)
        if call in ("data", "detach"):
            self._aliases.add(key)
        return result

    def _absorbed(self, call: str, args: Any) -> Key | None:
        """A detach before `.numpy()`, a comparison before `if`: one step in the user's mind."""
        origin = self._origin(args)
        wanted = "non-differentiable-op" if call == "__bool__" else "detach"
        return origin if origin and self.cuts[origin].kind == wanted else None

    def _origin(self, args: Any) -> Key | None:
        for tensor in tensors(args[:1]):
            if id(tensor) in self._carriers:
                return self._carriers[id(tensor)][1]
        return None

    def _carry(self, call: str, args: Any, result: Any) -> None:
        if call.strip("_") in CHEAP or call in CHEAP:
            origin = self._origin(args)
            if origin is not None:
                self._remember(result, origin)

    def _remember(self, result: Any, key: Key) -> None:
        for tensor in tensors(result):
            self._carriers[id(tensor)] = (tensor, key)


def _in_place(call: str) -> bool:
    return call == "__setitem__" or (call.endswith("_") and not call.endswith("__"))


def _name(function: Callable[..., Any]) -> str:
    if getattr(function, "__self__", None) is torch.Tensor.data:
        return "data" if getattr(function, "__name__", "") == "__get__" else "data_set"
    return str(getattr(function, "__name__", ""))


def _tracked(values: Any) -> bool:
    return any(tensor.requires_grad for tensor in tensors(values))
