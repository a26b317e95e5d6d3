"""A neuron inside the network, or a slice of a layer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xai_core.base.errors import InputError, ModelError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind
from xai_core.targets.outputs import OutputForm

if TYPE_CHECKING:
    from torch import Tensor

REDUCERS = ("mean", "sum", "max")
PART = re.compile(r"-?\d{1,9}|(-?\d{1,9})?:(-?\d{1,9})?(:[1-9]\d{0,8})?")
Place = tuple[int | slice, ...]


@dataclass(frozen=True)
class NeuronParameters:
    """Of a neuron."""

    layer: str = parameter("", "Dotted name of the layer, as layer4.1.conv2.", holds="layer")
    unit: str = parameter(
        "",
        "Which of its values, without the batch: 5 is channel 5, 5,3,4 one position of it, "
        "0:8,:,2 a slice; empty takes all.",
    )
    reducer: Literal["mean", "sum", "max"] = parameter(
        "mean", "How several values become one number.", choices=REDUCERS
    )
    of_input: bool = parameter(False, "At what goes into the layer instead of what it gives.")


@TARGETS.register
class Neuron(TargetKind):
    """One value of a layer's output, or the mean, sum or maximum of a slice of it.

    Its gradient is Captum's `NeuronGradient`, with `unit` as `neuron_selector` (Captum adds a slice
    up, as `sum`), `of_input` as `attribute_to_neuron_input`; and any method explains it, as
    `NeuronIntegratedGradients`, `NeuronDeepLift` and so on do. A layer that runs more than once
    counts where it ran last, and of one that gives several tensors the first is taken. Axes are the
    layer's own. Class activation maps look at layers before it.
    """

    name = "neuron"
    title = "Neuron inside the network"
    order = 130
    inner = True
    summary = "What makes a channel, a unit or a slice of an inner layer respond."
    formula = "`a[unit]` of the layer's output `a`; of several the mean, the sum or the maximum"
    Parameters = NeuronParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        return None

    def choose(self, seen: Seen, parameters: NeuronParameters) -> dict[str, Any]:
        shape = tuple(seen.output.shape)
        if not shape or shape[0] != 1:
            raise _not_of_each(parameters.layer, shape, 1)
        at, told = place(parameters.unit), f"The layer {parameters.layer} gives {list(shape[1:])}"
        if len(at) > len(shape) - 1:
            raise InputError(
                f"{told} without the batch, and {parameters.unit!r} has {len(at)} indices.",
                "Give at most as many as it has axes.",
            )
        for one, size in zip(at, shape[1:], strict=False):
            inside = range(size)[one] if isinstance(one, slice) else -size <= one < size
            if not inside:
                raise InputError(
                    f"{told} without the batch; it has no unit {parameters.unit!r}.",
                    f"Indices of that axis go from 0 to {size - 1}.",
                )
        return {"shape": list(shape[1:])}

    def score(
        self, output: Any, batch: int, parameters: NeuronParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        if output.ndim == 0 or len(output) != batch:
            raise _not_of_each(parameters.layer, tuple(output.shape), batch)
        values = output[(slice(None), *place(parameters.unit))].reshape(batch, -1)
        if values.dtype.itemsize < 4:
            values = values.float()
        if parameters.reducer == "max":
            return values.amax(1)
        return values.sum(1) if parameters.reducer == "sum" else values.mean(1)

    def sentence(
        self, parameters: NeuronParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        where = f"{'what goes into ' if parameters.of_input else ''}layer {parameters.layer}"
        at = place(parameters.unit)
        single = len(at) == len(chosen["shape"]) and not any(isinstance(one, slice) for one in at)
        unit = parameters.unit.replace(" ", "")
        if single:
            return f"neuron {unit} of {where}"
        what = {"max": "maximum"}.get(parameters.reducer, parameters.reducer)
        if len(at) == 1 and not isinstance(at[0], slice):
            return f"the {what} of channel {unit} of {where}"
        return f"the {what} of {unit and f'[{unit}] of '}{where}"


def place(text: str) -> Place:
    """The indices that a text names, one for each of the first axes behind the batch.

    Raises:
        InputError: it names none.
    """
    parts = [part.replace(" ", "") for part in text.split(",")] if text.strip() else []
    if not all(PART.fullmatch(part) for part in parts):
        raise InputError(
            f"A unit is given as 5, 5,3,4 or 0:8,:,2, not {text!r}.",
            "One index or slice for each axis, without the batch.",
        )
    return tuple(_slice(part) if ":" in part else int(part) for part in parts)


def _slice(part: str) -> slice:
    return slice(*(int(number) if number else None for number in part.split(":")))


def _not_of_each(layer: str, shape: tuple[int, ...], batch: int) -> ModelError:
    return ModelError(
        f"The layer {layer!r} gives {list(shape)} for {batch} pictures: not one of each.",
        "Choose a layer whose first axis is the batch.",
        code="forward-failed",
    )
