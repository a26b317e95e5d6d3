"""Weights that a hook of the file would make before each run (`weight_norm`, `spectral_norm`).

No hook of the file is restored: the weight is computed here once, as the hook computes it in
evaluation mode, and put in its place. torch/nn/utils/weight_norm.py and spectral_norm.py.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.held_partial import RefusedError

WEIGHT = Global("torch.nn.utils.weight_norm", "WeightNorm")
SPECTRAL = Global("torch.nn.utils.spectral_norm", "SpectralNorm")
HOOKS = frozenset(
    (
        WEIGHT,
        SPECTRAL,
        Global("torch.nn.utils.spectral_norm", "SpectralNormStateDictHook"),
        Global("torch.nn.utils.spectral_norm", "SpectralNormLoadStateDictPreHook"),
        Global("torch.nn.modules.module", "_WrappedHook"),
    )
)
PLACES = ("_forward_pre_hooks", "_state_dict_hooks", "_load_state_dict_pre_hooks")


class HeldHook:
    """Stands for such a hook while the pickle is read; only its numbers are kept."""

    source = WEIGHT

    def __new__(cls, *args: Any, **kwargs: Any) -> HeldHook:
        """Without arguments, as pickles make it."""
        return object.__new__(cls)

    def __setstate__(self, state: Any) -> None:
        vars(self)["numbers"] = state if isinstance(state, dict) else {}


def held_hook(name: Global) -> type[HeldHook]:
    """The stand-in for one of `HOOKS`."""
    return type("HeldHook", (HeldHook,), {"source": name})


def fuse(state: dict[str, Any]) -> None:
    """Put into a layer's state the weights that its hooks would make, and drop the hooks.

    Raises:
        RefusedError: a hook does not fit the layer that it lies in.
    """
    for place in PLACES:
        hooks = state.get(place)
        if not isinstance(hooks, dict):
            continue
        for key, hook in list(dict.items(hooks)):
            if isinstance(hook, HeldHook):
                if hook.source in (WEIGHT, SPECTRAL):
                    _fuse(state, hook)
                _take(hooks, key)
                for also in (f"{place}_with_kwargs", f"{place}_always_called"):
                    if isinstance(state.get(also), dict):
                        _take(state[also], key)


def _fuse(state: dict[str, Any], hook: HeldHook) -> None:
    from torch import Tensor, nn

    numbers: Mapping[str, Any] = vars(hook).get("numbers", {})
    name, axis = numbers.get("name"), numbers.get("dim")
    parameters, buffers = state.get("_parameters"), state.get("_buffers")
    kinds = isinstance(name, str) and type(axis) is int
    if not kinds or not isinstance(parameters, dict) or not isinstance(buffers, dict):
        raise RefusedError(f"a {hook.source.path} does not say what it makes.")
    weighted = hook.source == WEIGHT
    parts = ("_g", "_v") if weighted else ("_orig",)
    given = [_take(parameters, f"{name}{part}") for part in parts]
    given += [] if weighted else [_take(buffers, f"{name}{part}") for part in ("_u", "_v")]
    if not all(isinstance(one, Tensor) for one in given):
        raise RefusedError(f"a {hook.source.path} lies in a layer without its tensors.")
    try:
        made = (_weighted if weighted else _spectral)(given, axis)
    except (RuntimeError, IndexError) as cause:
        raise RefusedError(f"a {hook.source.path} does not fit its tensors: {cause}") from cause
    state.pop(str(name), None)
    state["_parameters"] = {name: nn.Parameter(made.detach()), **dict(parameters)}


def _take(held: Any, key: Any) -> Any:
    # By the class's own method: `dict.pop` leaves an ordered one in pieces, and a file may give
    # an object of it attributes.
    kind: Any = OrderedDict if isinstance(held, OrderedDict) else dict
    return kind.pop(held, key, None)


def _weighted(given: Sequence[Any], axis: Any) -> Any:
    import torch

    size, direction = given
    return torch._weight_norm(direction, size, axis)


def _spectral(given: Sequence[Any], axis: Any) -> Any:
    weight, left, right = given
    matrix = weight.movedim(axis, 0).flatten(1)
    return weight / (left @ (matrix @ right))
