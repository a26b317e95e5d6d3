"""Which preprocessing a model was probably trained with: the one that makes it sure.

Every preset goes through the model once, and a network that gets what it knows is surer than one
that gets other numbers. That is a hint and no proof: networks stay sure on small shifts of their
input, and larger numbers alone make larger scores. So the verdict says how sure it is, and most
often that presets cannot be told apart on one picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.pictures.preprocessing import prepare
from xai_core.pictures.presets import Preset, suitable
from xai_core.pictures.raster import Raster
from xai_core.targets.outputs import Prediction, are_probabilities

Certainty = Literal["likely", "leaning", "unknown"]
BGR = (2, 1, 0)
APART, CLOSE = 0.5, 0.1  # nats of entropy to the next one
SURE = 0.8  # confidence
DENSE = "The model's output is a map: how sure it is of the picture cannot be told."
OWN_RANGE = "Tried with the picture's own range of values, of whose type it uses little. "
UNSURE = 0.5  # of the largest entropy, ln K: a model above it knows nothing of this picture
SATURATED = 0.999
FEW = 10  # classes; with fewer a top score cannot stand out from the others


@dataclass(frozen=True)
class Trial:
    """One preset, as the model answered.

    Attributes:
        bgr: channels in reverse, blue, green, red. spec: what was tried.
        top: class index. confidence: its probability. entropy: of all probabilities, in nats.
        standing: how far the top score stands above the mean, in deviations of all scores. It does
            not grow with the scores themselves.
    """

    preset: Preset
    bgr: bool
    spec: InputSpec
    top: int
    confidence: float
    entropy: float
    standing: float

    @property
    def title(self) -> str:
        """For a person."""
        return f"{self.preset.title}, BGR" if self.bgr else self.preset.title


@dataclass(frozen=True)
class Likely:
    """What the trials say.

    Attributes:
        trials: surest first. certainty: of the first of them. reason: in a sentence or two.
    """

    trials: tuple[Trial, ...]
    certainty: Certainty
    reason: str

    @property
    def best(self) -> Trial | None:
        """The preset to take; None where it cannot be told."""
        return self.trials[0] if self.trials and self.certainty != "unknown" else None


def likely_preset(
    predict: Callable[[Inputs], Prediction], raster: Raster, spec: InputSpec
) -> Likely:
    """Try every preset that suits, and BGR where the model takes three channels.

    Args:
        predict: called once, with one input for each trial.
        spec: size and fit stay as they are there, and so does the range, unless the picture uses
            next to nothing of it: then its own lowest and highest value are taken.

    Raises:
        InputError: the picture suits none. Whatever `predict` raises.
    """
    ranged = _ranged(raster, spec)
    planned = _planned(raster, ranged)
    prediction = predict(np.concatenate([inputs for _, _, _, inputs in planned]))
    if prediction.scores.shape[1] < 2:
        return Likely((), "unknown", "The model has one output: nothing says how sure it is.")
    if prediction.kind == "dense":
        return Likely((), "unknown", DENSE)
    trials = [
        _trial(preset, bgr, tried, scores, probabilities)
        for (preset, bgr, tried, _), scores, probabilities in zip(
            planned, prediction.scores, prediction.probabilities, strict=True
        )
    ]
    trials.sort(key=lambda one: one.entropy)
    found = _judged(trials, prediction.scores.shape[1])
    return found if ranged == spec else replace(found, reason=OWN_RANGE + found.reason)


def _ranged(raster: Raster, spec: InputSpec) -> InputSpec:
    try:
        scale = prepare(raster, spec).scale
    except InputError:  # fractions without a range
        return spec
    return replace(spec, range="data") if spec.range == "type" and scale and scale.flat else spec


Planned = tuple[Preset, bool, InputSpec, Inputs]


def _planned(raster: Raster, spec: InputSpec) -> list[Planned]:
    found: list[Planned] = []
    first: InputError | None = None
    orders = _orders(spec)
    for preset in suitable(spec.channels):
        for order in orders:
            tried = replace(preset.applied(spec), order=order)
            try:
                inputs = prepare(raster, tried).inputs
            except InputError as error:  # fractions without a range: other presets may do
                first = first or error
                continue
            if not any(np.allclose(inputs, other, 1e-4, 1e-5) for *_, other in found):
                found.append((preset, order == orders[-1] != orders[0], tried, inputs))
    if not found:
        raise first or InputError("No preset suits the model.")
    return found


def _orders(spec: InputSpec) -> tuple[tuple[int, ...], ...]:
    if spec.channels != 3:
        return (spec.order,)
    return ((), BGR) if spec.order in ((), BGR) else (spec.order, spec.order[::-1])


def _trial(
    preset: Preset, bgr: bool, spec: InputSpec, scores: np.ndarray, probabilities: np.ndarray
) -> Trial:
    even = probabilities.astype(np.float64)
    even /= even.sum() or 1.0
    seen = even[even > 0]
    numbers = scores.astype(np.float64)
    if are_probabilities(numbers[None]):
        numbers = np.log(np.maximum(numbers, 1e-12))
    spread = float(numbers.std())
    top = int(probabilities.argmax())
    return Trial(
        preset,
        bgr,
        spec,
        top,
        float(probabilities[top]),
        float(-(seen * np.log(seen)).sum()),
        float(numbers.max() - numbers.mean()) / spread if spread > 0 else 0.0,
    )


def _judged(trials: Sequence[Trial], classes: int) -> Likely:
    first = trials[0]
    if not all(math.isfinite(one.entropy) for one in trials):
        return Likely(tuple(trials), "unknown", "The model gives values that are not finite.")
    if len(trials) == 1:
        return Likely(tuple(trials), "unknown", "There is one preset only that suits.")
    if first.entropy > UNSURE * math.log(classes):
        return Likely(
            tuple(trials),
            "unknown",
            f"The model is unsure of this picture with every preset ({first.confidence:.0%} at "
            "best). Try one of a kind that it was trained on.",
        )
    doubt = _doubt(trials, classes)
    if doubt:
        return Likely(tuple(trials), "unknown", doubt)
    second = trials[1]
    gap = second.entropy - first.entropy
    told = (
        f"The model is surest with {first.title}: {first.confidence:.0%}, next is "
        f"{second.title} with {second.confidence:.0%}"
    )
    if gap < APART or first.confidence < SURE:
        return Likely(tuple(trials), "leaning", f"{told}. Try another picture to be surer.")
    return Likely(tuple(trials), "likely", f"{told}.")


def _doubt(trials: Sequence[Trial], classes: int) -> str | None:
    """Why the surest one is not to be believed."""
    first, second = trials[:2]
    if second.confidence > SATURATED:
        return (
            f"The model is entirely sure with {first.title} and with {second.title}: they cannot "
            "be told apart."
        )
    if second.entropy - first.entropy < CLOSE:
        return (
            f"The model is as sure with {second.title} as with {first.title}: they cannot be told "
            "apart on this picture."
        )
    outstanding = max(trials, key=lambda one: one.standing)
    if classes >= FEW and outstanding.standing > 1.1 * first.standing:
        return (
            f"The model is surest with {first.title}, but perhaps only because its numbers are "
            f"larger: with {outstanding.title} the top class stands out more."
        )
    return None
