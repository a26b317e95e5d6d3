"""A model that ends at an inner layer: what that layer gives is its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers import feature_layers
from xai_core.base.borrow import OWNER
from xai_core.base.errors import InputError, MethodError, ModelError
from xai_core.base.target import Asked, AskedOfEach, Explained, Target
from xai_core.targets.kinds.base import TARGETS

if TYPE_CHECKING:
    from torch import Tensor, nn

Place = tuple[str, bool]


def place_of(target: Asked) -> Place | None:
    """The layer that a target lies in, and whether at what goes into it; None for the output."""
    asked = target.target if isinstance(target, Explained) else target
    if not isinstance(asked, Target) or asked.kind not in TARGETS or not TARGETS[asked.kind].inner:
        return None
    given: Mapping[str, Any] = asked.parameters
    of_input = str(given.get("of_input", False)).lower() in ("true", "1", "yes")
    return str(given.get("layer", "")).strip(), of_input


def ending_at(module: nn.Module, target: AskedOfEach) -> nn.Module:
    """The model itself; for a target inside of it one of the same layers, which ends there.

    Raises:
        InputError: there is no such layer, or the targets of several pictures lie in several.
        MethodError: its layers are out of sight (`layers-hidden`).
    """
    import torch

    places = {place_of(one) for one in (target if isinstance(target, Sequence) else (target,))}
    if places <= {None}:
        return module
    if len(places) > 1:
        raise InputError(
            "The targets of these pictures lie in different layers.", "Explain them one by one."
        )
    name, of_input = next(place for place in places if place is not None)
    if not name:
        raise InputError("There is no layer yet for the neuron.", "Name one: layer=layer4.1.conv2.")
    if isinstance(module, torch.jit.ScriptModule):
        raise MethodError(
            "What happens inside TorchScript is out of sight, and so are its neurons.",
            "Load the original PyTorch model.",
            code="layers-hidden",
        )
    layer = feature_layers.find(module, name)
    twin = twin_of(module)
    forward = vars(module).get("forward") or partial(type(module).forward, twin)
    vars(twin)["forward"] = partial(_until, forward, layer, name, of_input)
    return twin


def twin_of(module: nn.Module) -> nn.Module:
    """Another object of the same parameters, buffers and layers, whose forward may be its own; one
    thread has both at a time.
    """
    twin = type(module).__new__(type(module))
    vars(twin).update(vars(module))
    vars(twin).setdefault(OWNER, module)
    return twin


def _until(
    forward: Any, layer: nn.Module, name: str, of_input: bool, *inputs: Any, **named: Any
) -> Tensor:
    """What the layer gives where it ran last. The rest runs, too: it may run once more."""
    seen: list[Tensor] = []
    remember = partial(_remember_input if of_input else _remember, seen)
    register = layer.register_forward_pre_hook if of_input else layer.register_forward_hook
    handle = register(remember)
    try:
        forward(*inputs, **named)
    finally:
        handle.remove()
    if not seen:
        raise ModelError(
            f"The layer {name!r} does not run, or gives no tensor.",
            "Choose another layer.",
            code="forward-failed",
        )
    return seen[-1]


def _remember(seen: list[Tensor], _: nn.Module, __: Any, output: Any) -> Any:
    import torch

    first = output[0] if isinstance(output, list | tuple) and output else output
    if first is output and isinstance(output, torch.Tensor):
        seen.append(output)
        return output.clone()  # later layers may work in place
    if isinstance(first, torch.Tensor):
        seen.append(first.clone())
    return None


def _remember_input(seen: list[Tensor], _: nn.Module, given: Any) -> Any:
    import torch

    if not (given and isinstance(given[0], torch.Tensor)):
        return None
    seen.append(given[0])
    return (given[0].clone(), *given[1:])
