"""Weights that a hook of the file would make before each run (`weight_norm`, `spectral_norm`).

No hook of the file is restored: the weight is computed here once, as the hook computes it in
evaluation mode, and put in its place. torch/nn/utils/weight_norm.py and spectral_norm.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from xai_core.models.pickles.allowed import SPECTRAL, WEIGHT
from xai_core.models.pickles.restored.refused import RefusedError
from xai_core.models.pickles.skeleton import Stub


def fuse(
    hooks: Iterable[Stub], parameters: dict[str, Any], buffers: dict[str, Any]
) -> tuple[str, ...]:
    """Put into a layer the weights that its hooks would make; the names of these weights.

    Raises:
        RefusedError: a hook does not fit the layer that it lies in.
    """
    return tuple(
        _fuse(hook, parameters, buffers) for hook in hooks if hook.source in (WEIGHT, SPECTRAL)
    )


def _fuse(hook: Stub, parameters: dict[str, Any], buffers: dict[str, Any]) -> str:
    from torch import Tensor, nn

    numbers: dict[str, Any] = dict(hook.state.items()) if type(hook.state) is dict else {}
    name, axis = numbers.get("name"), numbers.get("dim")
    if type(name) is not str or type(axis) is not int:
        raise RefusedError(f"a {hook.source.path} does not say what it makes.")
    weighted = hook.source == WEIGHT
    parts = ("_g", "_v") if weighted else ("_orig",)
    given = [parameters.pop(f"{name}{part}", None) for part in parts]
    given += [] if weighted else [buffers.pop(f"{name}{part}", None) for part in ("_u", "_v")]
    if not all(isinstance(one, Tensor) for one in given):
        raise RefusedError(f"a {hook.source.path} lies in a layer without its tensors.")
    try:
        made = (_weighted if weighted else _spectral)(given, axis)
    except (RuntimeError, IndexError) as cause:
        raise RefusedError(f"a {hook.source.path} does not fit its tensors: {cause}") from cause
    if name in parameters or name in buffers:
        raise RefusedError(f"a {hook.source.path} makes {name!r}, which is there already.")
    rest = dict(parameters)
    parameters.clear()
    parameters.update({name: nn.Parameter(made.detach()), **rest})
    return name


def _weighted(given: Sequence[Any], axis: Any) -> Any:
    import torch

    size, direction = given
    return torch._weight_norm(direction, size, axis)


def _spectral(given: Sequence[Any], axis: Any) -> Any:
    weight, left, right = given
    matrix = weight.movedim(axis, 0).flatten(1)
    return weight / (left @ (matrix @ right))
