"""A detector's box as a target: which box, of which class, and its score in every later pass."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float64

from xai_core.base.errors import InputError, ModelError
from xai_core.base.parameters import parameter
from xai_core.targets.box_forms import (
    FORMS,
    Boxes,
    Found,
    numbers,
    of_pair,
    of_rows,
    pair_of,
    row_entry,
    rows_of,
    shapes_of_boxes,
    turned_round,
)
from xai_core.targets.kinds.base import Labels, Seen, TargetKind, name_of
from xai_core.targets.outputs import OutputForm, entry_at

if TYPE_CHECKING:
    from torch import Tensor


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

    In a tensor or a pair a box keeps its row, and its class is that of the clean picture. In lists,
    which are sorted and filtered anew for every input, the box is found again by its place: it is
    the one of the same label that overlaps most with it, and its score is 0 where none does.
    """

    formula = "score of the box: objectness times class score, or the logit of its class (DETR)"

    def unfit_because(self, form: OutputForm) -> str | None:
        if shapes_of_boxes(form.entries):
            return None
        shapes = [form.shape, *form.entries.values()]
        if any(len(shape) == 3 and max(shape[1:]) >= 5 for shape in shapes):
            return None
        return f"It needs {FORMS}."

    def choose(self, seen: Seen, parameters: Any) -> dict[str, Any]:
        found, how = _of_clean(seen, parameters.layout)
        if not len(found.boxes):
            raise InputError("The model finds no box on this picture.", "Take another picture.")
        row = self.row(found.boxes, found.scores, parameters)
        chosen = {"box": row, "at": [round(float(edge), 3) for edge in found.boxes[row]], **how}
        if found.labels is not None:
            chosen["label"] = int(found.labels[row])
        return {**chosen, **self.facts(found.boxes[row], parameters)}

    @abstractmethod
    def row(self, boxes: Boxes, scores: np.ndarray, parameters: Any) -> int:
        """Which of the boxes on the clean picture. Raises `InputError`."""

    def facts(self, box: np.ndarray, parameters: Any) -> dict[str, Any]:
        """What else is recorded of the choice."""
        return {}

    def score(self, output: Any, batch: int, parameters: Any, chosen: Mapping[str, Any]) -> Tensor:
        import torch

        pair, samples = pair_of(output), listed(output)
        if pair is not None:
            return pair[0][:, chosen["box"], chosen["label"]]
        if samples is None:
            turned = bool(chosen.get("turned"))
            layout = "classes" if turned else parameters.layout
            rows = rows_of(entry_at(output, chosen.get("path", "")), batch, turned)
            return _of_row(rows[:, chosen["box"]], layout, chosen.get("label"))
        if len(samples) != batch:
            raise ModelError(
                f"There are {len(samples)} lists of boxes for a batch of {batch}.",
                "Let forward return one a picture.",
                code="forward-failed",
            )
        return torch.stack([_found_again(sample, chosen) for sample in samples])

    def sentence(self, parameters: Any, chosen: Mapping[str, Any], labels: Labels) -> str:
        left, top, right, bottom = (max(0.0, edge) for edge in chosen["at"])
        place = f"rows {top:.0f} to {bottom:.0f}, columns {left:.0f} to {right:.0f}"
        what = f" for {name_of(chosen['label'], labels)}" if "label" in chosen else ""
        score = "logit" if chosen.get("logit") else "score"
        return f"the {score} of box {chosen['box']}{what} ({place})"


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


def overlap(boxes: Boxes, box: np.ndarray) -> Float64[np.ndarray, "n"]:
    """Intersection over union of each box with one, in [0, 1]; corners `x1 y1 x2 y2`."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.clip(sides, 0, None).prod(1)
    areas = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1)
    union = areas + float(np.clip(box[2:] - box[:2], 0, None).prod()) - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1.0), 0.0)


def _is_boxes(one: Any) -> bool:
    return isinstance(one, Mapping) and "boxes" in one and "scores" in one


def _of_clean(seen: Seen, layout: Literal["objectness", "classes"]) -> tuple[Found, dict[str, Any]]:
    """The boxes, and how they were read, JSON-able."""
    pair, samples = pair_of(seen.output), listed(seen.output)
    if pair is not None:
        return of_pair(pair, seen.size, seen.labels), {"logit": True}
    if samples is not None:
        at, scores, names = samples[0]
        labels = None if names is None else numbers(names)
        return Found(numbers(at).reshape(-1, 4), numbers(scores), labels), {}
    path = row_entry(seen.output, seen.form.path)
    tensor = entry_at(seen.output, path)
    how: dict[str, Any] = {"path": path} if path else {}
    turned = turned_round(tuple(tensor.shape))
    if turned:
        layout, how = "classes", {**how, "turned": True}
    return of_rows(numbers(rows_of(tensor, 1, turned)[0]), layout, seen.size), how


def _of_row(row: Tensor, layout: str, label: int | None) -> Tensor:
    if layout == "classes":
        return row[:, 4 + (label or 0)]
    return row[:, 4] if label is None else row[:, 4] * row[:, 5 + label]


def _likeness(boxes: Boxes, box: np.ndarray) -> Float64[np.ndarray, "n"]:
    """Overlap; for a box without an area, whether the corners are the same up to a pixel."""
    if (box[2:] - box[:2]).min() > 0:
        return overlap(boxes, box)
    return np.clip(1 - np.abs(boxes - box).max(1, initial=0.0), 0, None)


def _found_again(sample: Sample, chosen: Mapping[str, Any]) -> Tensor:
    boxes, scores, labels = sample
    shares = _likeness(numbers(boxes).reshape(-1, 4), np.array(chosen["at"]))
    if labels is not None and "label" in chosen:
        shares = np.where(numbers(labels) == chosen["label"], shares, 0.0)
    if not (shares > 0).any():
        return scores.sum() * 0  # gone: it has no score, and still hangs on the graph
    best = shares == shares.max()
    return scores[int(np.where(best, numbers(scores), -np.inf).argmax())]
