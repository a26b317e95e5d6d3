"""A detector's boxes with their scores, out of the forms of output that are understood.

* lists: a mapping with `boxes` `[N, 4]` and `scores` `[N]`, maybe `labels`, one for each picture of
  the batch (torchvision), or one mapping with `[B, N, 4]` and `[B, N]`. Corners, `x1 y1 x2 y2`;
* a tensor `[B, N, 5 + K]`: centre, size, objectness, K class scores (YOLOv5);
* a tensor `[B, N, 4 + K]`: the same without objectness.

Coordinates are pixels of the input; scores are taken as the model gives them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float64

from xai_core.base.errors import InputError, ModelError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import Labels, Seen, TargetKind, name_of
from xai_core.targets.outputs import OutputForm, main_output

if TYPE_CHECKING:
    from torch import Tensor

Boxes = Float64[np.ndarray, "n 4"]
FORMS = (
    "boxes and scores in lists (as torchvision gives them), or a tensor [B, N, 5 + K] or "
    "[B, N, 4 + K]"
)


@dataclass(frozen=True)
class Layout:
    """How a tensor of boxes is read; lists say it themselves."""

    layout: Literal["objectness", "classes"] = parameter(
        "objectness",
        "Of a tensor: what follows the box's four numbers, an objectness before the classes or the "
        "classes at once.",
        choices=("objectness", "classes"),
    )


class OfBox(TargetKind):
    """The score of one box.

    In a tensor a box keeps its row, and its class is that of the clean picture. In lists, which
    are sorted and filtered anew for every input, the box is found again by its place: it is the
    one of the same label that overlaps most with it, and its score is 0 where none does.
    """

    formula = "score of the box; in a tensor objectness times class score"

    def unfit_because(self, form: OutputForm) -> str | None:
        listed = {path for path in form.entries if path.endswith("['boxes']")}
        if any(path.replace("['boxes']", "['scores']") in form.entries for path in listed):
            return None
        if len(form.shape) == 3 and form.shape[-1] >= 5:
            return None
        return f"It needs {FORMS}."

    def choose(self, seen: Seen, parameters: Any) -> dict[str, Any]:
        boxes, scores, labels = _of_clean(seen.output, parameters.layout)
        if not len(boxes):
            raise InputError("The model finds no box on this picture.", "Take another picture.")
        row = self.row(boxes, scores, parameters)
        chosen = {"box": row, "at": [round(float(edge), 3) for edge in boxes[row]]}
        if labels is not None:
            chosen["label"] = int(labels[row])
        return {**chosen, **self.facts(boxes[row], parameters)}

    @abstractmethod
    def row(self, boxes: Boxes, scores: np.ndarray, parameters: Any) -> int:
        """Which of the boxes on the clean picture. Raises `InputError`."""

    def facts(self, box: np.ndarray, parameters: Any) -> dict[str, Any]:
        """What else is recorded of the choice."""
        return {}

    def score(self, output: Any, batch: int, parameters: Any, chosen: Mapping[str, Any]) -> Tensor:
        import torch

        samples = listed(output)
        if samples is None:
            rows = rows_of(main_output(output)[1], batch)
            return _of_row(rows[:, chosen["box"]], parameters.layout, chosen.get("label"))
        if len(samples) != batch:
            raise ModelError(
                f"There are {len(samples)} lists of boxes for a batch of {batch}.",
                "Let forward return one a picture.",
                code="forward-failed",
            )
        return torch.stack([_found_again(sample, chosen) for sample in samples])

    def sentence(self, parameters: Any, chosen: Mapping[str, Any], labels: Labels) -> str:
        left, top, right, bottom = chosen["at"]
        place = f"rows {top:.0f} to {bottom:.0f}, columns {left:.0f} to {right:.0f}"
        what = f" for {name_of(chosen['label'], labels)}" if "label" in chosen else ""
        return f"the score of box {chosen['box']}{what} ({place})"


Sample = tuple["Tensor", "Tensor", "Tensor | None"]


def listed(output: Any) -> list[Sample] | None:
    """Boxes, scores and labels of every picture; None where the output is no lists."""
    if isinstance(output, list | tuple) and output and all(map(_is_boxes, output)):
        return [(one["boxes"], one["scores"], one.get("labels")) for one in output]
    if not _is_boxes(output):
        return None
    boxes, scores, labels = output["boxes"], output["scores"], output.get("labels")
    if boxes.ndim == 2:
        return [(boxes, scores, labels)]
    each = [None] * len(boxes) if labels is None else labels
    return list(zip(boxes, scores, each, strict=True))


def rows_of(tensor: Tensor, batch: int) -> Tensor:
    """`[B, N, 4 + …]`. Raises `ModelError` where the first axis is not the batch."""
    if tensor.ndim != 3 or tensor.shape[0] != batch or tensor.shape[2] < 5:
        raise ModelError(
            f"The output is {list(tensor.shape)} for a batch of {batch}.",
            f"Expected are {FORMS}.",
            code="forward-failed",
        )
    return tensor


def overlap(boxes: Boxes, box: np.ndarray) -> Float64[np.ndarray, "n"]:
    """Intersection over union of each box with one, in [0, 1]; corners `x1 y1 x2 y2`."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.clip(sides, 0, None).prod(1)
    areas = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1)
    union = areas + float(np.clip(box[2:] - box[:2], 0, None).prod()) - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1.0), 0.0)


def _is_boxes(one: Any) -> bool:
    return isinstance(one, Mapping) and "boxes" in one and "scores" in one


def _of_clean(output: Any, layout: str) -> tuple[Boxes, np.ndarray, np.ndarray | None]:
    samples = listed(output)
    if samples is not None:
        at, found, names = samples[0]
        return (
            _numbers(at).reshape(-1, 4),
            _numbers(found),
            None if names is None else _numbers(names),
        )
    rows = _numbers(rows_of(main_output(output)[1], 1)[0])
    centre, half = rows[:, :2], rows[:, 2:4] / 2
    corners = np.concatenate([centre - half, centre + half], axis=1)
    first = 5 if layout == "objectness" else 4
    classes = rows[:, first:]
    scores = rows[:, 4] if layout == "objectness" else np.ones(len(rows))
    if not classes.shape[1]:
        return corners, scores, None
    return corners, scores * classes.max(1), classes.argmax(1)


def _of_row(row: Tensor, layout: str, label: int | None) -> Tensor:
    if layout == "classes":
        return row[:, 4 + (label or 0)]
    return row[:, 4] if label is None else row[:, 4] * row[:, 5 + label]


def _found_again(sample: Sample, chosen: Mapping[str, Any]) -> Tensor:
    boxes, scores, labels = sample
    shares = overlap(_numbers(boxes).reshape(-1, 4), np.array(chosen["at"]))
    if labels is not None and "label" in chosen:
        shares = np.where(_numbers(labels) == chosen["label"], shares, 0.0)
    if not (shares > 0).any():
        return scores.sum() * 0  # gone: it has no score, and still hangs on the graph
    best = shares == shares.max()
    return scores[int(np.where(best, _numbers(scores), -np.inf).argmax())]


def _numbers(tensor: Tensor) -> np.ndarray:
    return np.asarray(tensor.detach().double().cpu().numpy())
