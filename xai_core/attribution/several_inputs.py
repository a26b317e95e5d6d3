"""Several pictures of one model explained at once: a map for each of its inputs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.explanation import chosen_of, explain
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
        others: inputs that stay as they are, by name, with a first axis of 1, or of B: one of each
            picture, which are then explained one by one.
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
    if more.get("start") == "blur" and len({shape[1:] for shape in shapes.values()}) > 1:
        raise InputError(
            "A blurred baseline is of inputs of one size, and these have several.",
            f"Give each of them blurred, as {PARAMETER} by name.",
        )
    if isinstance(more.get(PARAMETER), Mapping):
        more = {**more, PARAMETER: packed(_like(shapes, more[PARAMETER]))}
    whole = _explained(model, shapes, others or {}, packed(pictures), target, method, seed, **more)
    if whole.values.shape[1] != sum(shape[0] for shape in shapes.values()):
        raise MethodError(
            f"{METHODS[method].title} gives one map for all inputs together.",
            "Choose a method whose map has the channels of the input.",
        )
    return _apart(whole, shapes)


def _like(shapes: Shapes, given: Mapping[str, Inputs]) -> dict[str, Inputs]:
    """Other pictures of each input. Raises `InputError` where they are not like it."""
    if given.keys() != shapes.keys():
        raise InputError(
            f"There are baseline pictures of {', '.join(given) or 'no input'}.",
            f"Give some of each input: {', '.join(shapes)}.",
        )
    found = {name: checked_inputs(given[name]) for name in shapes}
    for name, shape in shapes.items():
        if found[name].shape[1:] != shape:
            sides = ("×".join(map(str, one)) for one in (found[name].shape[1:], shape))
            raise InputError("The baseline pictures of {} are {}, not {}.".format(name, *sides))
    if len({len(one) for one in found.values()}) != 1:
        raise InputError("There must be as many baseline pictures of each input.")
    return found


def _explained(
    model: nn.Module,
    shapes: Shapes,
    others: Mapping[str, np.ndarray],
    whole: Inputs,
    target: AskedOfEach,
    *method: Any,
    **more: Any,
) -> Attribution:
    """All pictures in one call; one by one where others differ from picture to picture."""
    count, fixed = len(whole), {name: np.asarray(one) for name, one in others.items()}
    for name, one in fixed.items():
        if one.ndim == 0 or len(one) not in (1, count):
            raise InputError(
                f"The input {name} has the shape {list(one.shape)} for {count} pictures.",
                f"Give it a first axis of 1, or of {count}.",
            )
    if all(len(one) == 1 for one in fixed.values()):
        return explain(_joined(model, shapes, fixed), whole, target, *method, **more)
    each = target if isinstance(target, Sequence) else (target,) * count
    if len(each) != count:
        raise InputError(f"There are {len(each)} targets for {count} pictures.")
    found = []
    for row, asked in enumerate(each):
        own = {name: one[row % len(one)][None] for name, one in fixed.items()}
        joined = _joined(model, shapes, own)
        found.append(explain(joined, whole[row : row + 1], asked, *method, **more))
    return _together(found)


def _together(found: Sequence[Attribution]) -> Attribution:
    return replace(
        found[0],
        values=np.concatenate([one.values for one in found]),
        target=tuple(index for one in found for index in one.target),
        seconds=sum(one.seconds for one in found),
        chosen=chosen_of(found),
        explained=tuple(which for one in found for which in one.explained),
    )


def packed(pictures: Mapping[str, Inputs]) -> Inputs:
    """`[B, ΣC, max H, max W]`: below and right of a smaller one is its mean, which no layer sees
    and which leaves its mean and its range as they are.
    """
    height, width = (max(one.shape[axis] for one in pictures.values()) for axis in (2, 3))
    ends = ((0, height - one.shape[2], width - one.shape[3]) for one in pictures.values())
    several = zip(pictures.values(), ends, strict=True)
    return np.concatenate(
        [np.pad(one, [(0, 0), *((0, n) for n in end)], "mean") for one, end in several], 1
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

    if not isinstance(model, torch.nn.Module) or isinstance(model, torch.jit.ScriptModule):
        raise MethodError(
            "Several inputs are explained of a PyTorch module, and this is another object.",
            "Give the module itself, not a loaded file or TorchScript.",
        )
    twin = twin_of(model)
    forward = vars(model).get("forward") or partial(type(model).forward, twin)
    known = inspect.signature(model.forward).parameters
    device = device_of(model)
    fixed = {name: torch.as_tensor(one).to(device) for name, one in others.items()}
    by_name = {*shapes, *fixed} <= set(known)
    vars(twin)["forward"] = _Call(forward, shapes, fixed, by_name)
    return twin
