"""Inputs of a model as one packed picture, explained; and their maps apart again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xai_core.attribution.context import Context
from xai_core.attribution.explanation import chosen_of, explain_on
from xai_core.attribution.inputs.asked import AskedOfInputs
from xai_core.attribution.inputs.joined import joined
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.errors import InputError, MethodError
from xai_core.base.pace import Pace
from xai_core.base.progress import SharedProgress
from xai_core.base.several_inputs.packing import Shapes, packed, places, shapes_of
from xai_core.base.target import AskedOfEach
from xai_core.pictures.backgrounds.files import completed
from xai_core.pictures.backgrounds.held import PARAMETER


def explained(asked: AskedOfInputs, names: Sequence[str]) -> dict[str, Attribution]:
    """A map of each of these inputs, while the others stay as they are.

    All pictures in one go; one by one where others differ from picture to picture.

    Raises:
        XaiError: as `explain_inputs` does.
    """
    free = {name: asked.pictures[name] for name in names}
    rest = {name: one for name, one in asked.pictures.items() if name not in free}
    fixed = {name: np.asarray(one) for name, one in {**rest, **asked.others}.items()}
    count, whole = len(next(iter(free.values()))), packed(free)
    _check(fixed, count)
    if all(len(one) == 1 for one in fixed.values()):
        return apart(_one(asked, free, fixed, whole, asked.target), shapes_of(free))
    each = asked.target if isinstance(asked.target, Sequence) else (asked.target,) * count
    if len(each) != count:
        raise InputError(f"There are {len(each)} targets for {count} pictures.")
    cost = METHODS[asked.method].samples_together(asked.settings, tuple(shapes_of(free).values()))
    shared = SharedProgress(dict.fromkeys(map(str, range(count)), cost), asked.more.get("progress"))
    found = []
    for row, target in enumerate(each):
        own = {name: one[row % len(one)][None] for name, one in fixed.items()}
        told = asked.telling(shared.of(str(row)))
        found.append(_one(told, free, own, whole[row : row + 1], target))
    return apart(_in_one(found), shapes_of(free))


def apart(whole: Attribution, shapes: Shapes) -> dict[str, Attribution]:
    """The map of each input: of its channels, or one plane of each. Raises `MethodError` where
    there is one map for all.
    """
    planes, channels = whole.values.shape[1], sum(shape[0] for shape in shapes.values())
    if planes == channels:
        ends = list(places(shapes.values()))
    elif planes == len(shapes):
        ends = list(places((1, *shape[1:]) for shape in shapes.values()))
    else:
        raise MethodError(
            f"{METHODS[whole.method].title} gives one map for all inputs together.",
            "Choose a method whose map has the channels of the input.",
        )
    found = {}
    coarse = whole.native_size != whole.values.shape[2:]
    for (name, shape), end in zip(shapes.items(), ends, strict=True):
        values = np.ascontiguousarray(whole.values[end])
        size = whole.native_size if coarse else shape[1:]
        found[name] = replace(whole, values=values, native_size=size)
    return found


def _check(fixed: dict[str, np.ndarray], count: int) -> None:
    for name, one in fixed.items():
        if one.ndim == 0 or len(one) not in (1, count):
            raise InputError(
                f"The input {name} has the shape {list(one.shape)} for {count} pictures.",
                f"Give it a first axis of 1, or of {count}.",
            )


def _one(
    asked: AskedOfInputs,
    free: dict[str, np.ndarray],
    fixed: dict[str, np.ndarray],
    whole: np.ndarray,
    target: AskedOfEach,
) -> Attribution:
    shapes, parameters = shapes_of(free), asked.parameters
    if asked.baselines:
        parameters[PARAMETER] = packed({name: asked.baselines[name] for name in free})
    parameters = completed(METHODS[asked.method].Parameters, parameters, None)
    module = joined(asked.model, shapes, fixed, (*asked.pictures, *asked.others))
    context = Context(module, whole, target, tuple(shapes.values()) if len(shapes) > 1 else ())
    pace = asked.more.get("pace") or Pace(asked.more.get("batch_size", 16))
    how: dict[str, Any] = {"pace": pace, "progress": asked.more.get("progress")}
    return explain_on(context, asked.method, asked.seed, **how, **parameters)


def _in_one(found: Sequence[Attribution]) -> Attribution:
    return replace(
        found[0],
        values=np.concatenate([one.values for one in found]),
        target=tuple(index for one in found for index in one.target),
        seconds=sum(one.seconds for one in found),
        chosen=chosen_of(found),
        explained=tuple(which for one in found for which in one.explained),
    )
