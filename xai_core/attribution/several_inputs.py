"""Several pictures of one model explained at once: a map for each of its inputs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.errors import InputError, MethodError
from xai_core.base.target import AskedOfEach
from xai_core.pictures.backgrounds.held import PARAMETER

if TYPE_CHECKING:
    from torch import Tensor, nn

Shapes = Mapping[str, tuple[int, int, int]]


def explain_inputs(
    model: nn.Module,
    inputs: Mapping[str, Inputs],
    target: AskedOfEach = None,
    method: str = "saliency",
    seed: int = 0,
    *,
    others: Mapping[str, np.ndarray] | None = None,
    **more: Any,
) -> dict[str, Attribution]:
    """Raw attribution of every input of a model that takes several pictures.

    They are explained together, as Captum explains a tuple: a path leads from all baselines to all
    pictures at once, noise lies on all of them, and what adds up adds up over all maps.

    Args:
        model: called with each input by the name of its parameter; where it names none so, in the
            order of `inputs`. inputs: float32 `[B, C, H, W]` each, of any sizes, by name.
        others: inputs that stay as they are, by name, with a batch axis of 1 or B.
        more: as `explain` takes them; `baseline_pictures` are arrays by name, `[N, C, H, W]`.

    Raises:
        InputError: inputs that are no pictures, or not as many of each. MethodError: the method
            gives one map for all inputs together, or is not defined for the model.
    """
    pictures = {name: checked_inputs(one) for name, one in inputs.items()}
    if len({len(one) for one in pictures.values()}) != 1:
        raise InputError("There must be as many pictures of each input.", "Give a batch of each.")
    if not METHODS[method].needs_gradient:
        raise MethodError(
            f"{METHODS[method].title} would cover all inputs at the same place.",
            "Choose a gradient method, or explain one input while the others are fixed.",
        )
    shapes = {name: (one.shape[1], one.shape[2], one.shape[3]) for name, one in pictures.items()}
    if isinstance(more.get(PARAMETER), Mapping):
        given = {name: checked_inputs(more[PARAMETER][name]) for name in shapes}
        more = {**more, PARAMETER: packed(given)}
    whole = explain(_joined(model, shapes, others or {}), packed(pictures), target, method, seed,
                    **more)  # fmt: skip
    if whole.values.shape[1] != sum(shape[0] for shape in shapes.values()):
        raise MethodError(
            f"{METHODS[method].title} gives one map for all inputs together.",
            "Choose a method whose map has the channels of the input.",
        )
    return _apart(whole, shapes)


def packed(pictures: Mapping[str, Inputs]) -> Inputs:
    """`[B, ΣC, max H, max W]`: below and right of a smaller one are zeros, which nobody reads."""
    height, width = (max(one.shape[axis] for one in pictures.values()) for axis in (2, 3))
    ends = ((0, height - one.shape[2], width - one.shape[3]) for one in pictures.values())
    several = zip(pictures.values(), ends, strict=True)
    return np.concatenate(
        [np.pad(one, [(0, 0), *((0, n) for n in end)]) for one, end in several], 1
    )


def _apart(whole: Attribution, shapes: Shapes) -> dict[str, Attribution]:
    found, first = {}, 0
    for name, (channels, height, width) in shapes.items():
        values = whole.values[:, first : first + channels, :height, :width]
        values = np.ascontiguousarray(values)
        found[name] = replace(whole, values=values, native_size=(height, width))
        first += channels
    return found


@dataclass
class _Call:
    """The model, called with one tensor of all pictures."""

    forward: Any
    shapes: Shapes
    others: Mapping[str, Tensor] = field(default_factory=dict)
    by_name: bool = True

    def __call__(self, whole: Tensor) -> Any:
        parts, first = {}, 0
        for name, (channels, height, width) in self.shapes.items():
            parts[name] = whole[:, first : first + channels, :height, :width]
            first += channels
        for name, value in self.others.items():
            alone = len(value) == 1 and len(whole) > 1
            parts[name] = value.expand(len(whole), *value.shape[1:]) if alone else value
        return self.forward(**parts) if self.by_name else self.forward(*parts.values())


def _joined(model: nn.Module, shapes: Shapes, others: Mapping[str, np.ndarray]) -> nn.Module:
    """Another object of the same layers, under the same names, that takes one tensor."""
    import torch

    from xai_core.attribution.layers.inner_output import twin_of
    from xai_core.base.device import device_of

    twin = twin_of(model)
    forward = vars(model).get("forward") or partial(type(model).forward, twin)
    known = inspect.signature(model.forward).parameters
    device = device_of(model)
    fixed = {name: torch.as_tensor(np.asarray(one)).to(device) for name, one in others.items()}
    by_name = {*shapes, *fixed} <= set(known)
    vars(twin)["forward"] = _Call(forward, shapes, fixed, by_name)
    return twin
