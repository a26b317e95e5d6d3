"""A detector's boxes for an assessment: on which input there is one, and what if there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xai_core.readiness.checks.base import Case

if TYPE_CHECKING:
    from torch import Tensor

THRESHOLD = "score_thresh"


def with_boxes(case: Case, outputs: list[Any], run: Callable[[Tensor], Any]) -> list[Any]:
    """The output of one input that has boxes, which becomes the only one; others as they are.

    A target is one box of one picture: on another picture it is not there. Where no score is above
    the model's threshold on any of them, the threshold is lowered, for the assessment only.
    """
    from xai_core.targets.detections import listed

    if listed(outputs[0]) is None:
        return outputs
    found = _first(outputs)
    if found is None:
        lowered = _without_threshold(case)
        outputs = [run(picture) for picture in case.inputs] if lowered else outputs
        found = _first(outputs)
        case.add(
            "no-detection",
            "info" if found is not None and not case.given else "warning",
            f"The model finds nothing on {_told(case)}: no box scores above its threshold"
            f"{f' ({lowered:g})' if lowered else ''}. Its best candidate was assessed instead.",
            "Give a picture with an object that it knows (`--image`).",
        )
    number = found or 0
    case.inputs, case.given = [case.inputs[number]], case.given[number : number + 1]
    return [outputs[number]]


def _first(outputs: list[Any]) -> int | None:
    from xai_core.targets.detections import listed

    for number, output in enumerate(outputs):
        samples = listed(output)
        if samples and len(samples[0][0]):
            return number
    return None


def _without_threshold(case: Case) -> float:
    """Sets it to 0 wherever a layer has one; the model is borrowed, and gets it back."""
    highest = 0.0
    for layer in case.module.modules():
        threshold = vars(layer).get(THRESHOLD)
        if isinstance(threshold, float) and threshold > 0:
            highest = max(highest, threshold)
            setattr(layer, THRESHOLD, 0.0)
    return highest


def _told(case: Case) -> str:
    return "the picture" if case.given else "the inputs that were made for the assessment"
