"""A detector's boxes on one picture, out of the forms of output that are understood.

* lists: a mapping with `boxes` `[N, 4]` and `scores` `[N]`, maybe `labels`, one for each picture of
  the batch (torchvision), or one mapping with `[B, N, 4]` and `[B, N]`. Corners, `x1 y1 x2 y2`;
* a pair of `logits` or `pred_logits` `[B, Q, K]` and `pred_boxes` `[B, Q, 4]` (DETR): centre and
  size in parts of the picture. Where the last class is "no object" it is none to explain;
* a tensor `[B, N, 5 + K]`: centre, size, objectness, K class scores (YOLOv5);
* a tensor `[B, N, 4 + K]`, or turned round `[B, 4 + K, N]`: the same without objectness (YOLOv8).

Coordinates are pixels of the input but for pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float64

from xai_core.base.errors import InputError, ModelError
from xai_core.targets.nested import attributes, entries

if TYPE_CHECKING:
    from torch import Tensor

Boxes = Float64[np.ndarray, "n 4"]
LayoutName = Literal["objectness", "classes"]
PAIRS = (("pred_logits", "pred_boxes"), ("logits", "pred_boxes"))
STRIDES = (8, 16, 32)
FORMS = (
    "boxes and scores in lists (as torchvision gives them), pred_logits with pred_boxes (DETR), "
    "or a tensor [B, N, 5 + K], [B, N, 4 + K] or [B, 4 + K, N]"
)


@dataclass(frozen=True)
class Found:
    """The boxes of one picture.

    Attributes:
        boxes: corners in pixels of the input. scores: each one's. labels: of each, if it has one.
    """

    boxes: Boxes
    scores: np.ndarray
    labels: np.ndarray | None = None


def shapes_of_boxes(entries: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether the shapes of an output's entries by path are those of lists, or of a pair."""
    names = set(entries)
    listed = {path for path in names if path.endswith("['boxes']")}
    if any(path.replace("['boxes']", "['scores']") in names for path in listed):
        return True
    return any(
        {f"['{scores}']", f"['{boxes}']"} <= names or {f".{scores}", f".{boxes}"} <= names
        for scores, boxes in PAIRS
    )


def turned_round(shape: tuple[int, ...]) -> bool:
    """Whether a tensor is `[B, 4 + K, N]`: more boxes than numbers a box."""
    return len(shape) == 3 and 5 <= shape[1] < shape[2]


def on_strides(boxes: int, size: tuple[int, int]) -> bool:
    """Whether there are as many boxes as cells of the grids of strides 8, 16 and 32."""
    cells = [-(-size[0] // stride) * -(-size[1] // stride) for stride in STRIDES]
    return boxes in (sum(cells), 3 * sum(cells))


def pair_of(output: Any) -> tuple[Tensor, Tensor] | None:
    """Logits `[B, Q, K]` and boxes `[B, Q, 4]` of a DETR-like output; None for any other."""
    held = output if isinstance(output, Mapping) else attributes(output)
    for scores, boxes in PAIRS:
        first, second = held.get(scores), held.get(boxes)
        if first is None or second is None:
            continue
        shapes = tuple(first.shape), tuple(second.shape)
        if len(shapes[0]) == len(shapes[1]) == 3 and (*shapes[0][:2], 4) == shapes[1]:
            return first, second
    return None


def of_pair(pair: tuple[Tensor, Tensor], size: tuple[int, int], labels: int | None) -> Found:
    """The first picture's: probabilities, without those of "no object"."""
    logits, relative = (numbers(one[0]) for one in pair)
    if relative.min() < -0.5 or relative.max() > 1.5:
        raise not_boxes("The boxes do not lie in [0, 1], as parts of the picture would")
    if labels == logits.shape[1]:
        shares = 1 / (1 + np.exp(-logits))  # a sigmoid for each class; none is "no object"
    else:
        powers = np.exp(logits - logits.max(1, keepdims=True))
        shares = (powers / powers.sum(1, keepdims=True))[:, :-1]
    scale = np.array([size[1], size[0]] * 2, dtype=np.float64)
    return Found(_within(_corners(relative * scale), size), shares.max(1), shares.argmax(1))


def rows_of(tensor: Tensor, batch: int, turned: bool) -> Tensor:
    """`[B, N, 4 + …]`. Raises `ModelError` where the first axis is not the batch."""
    rows = tensor.transpose(1, 2) if turned and tensor.ndim == 3 else tensor
    if rows.ndim != 3 or rows.shape[0] != batch or rows.shape[2] < 5:
        raise ModelError(
            f"The output is {list(tensor.shape)} for a batch of {batch}.",
            f"Expected are {FORMS}.",
            code="forward-failed",
        )
    return rows


def of_rows(rows: np.ndarray, layout: LayoutName, size: tuple[int, int]) -> Found:
    """Of a picture's rows. Raises `InputError` where they are no boxes, such as logits."""
    first = 5 if layout == "objectness" else 4
    if rows[:, 2:4].min() < 0:
        raise not_boxes("Widths and heights below 0 are in it")
    if rows[:, 4:].min() < 0 or rows[:, 4:].max() > 1:
        raise not_boxes("Scores outside of [0, 1] are in it")
    corners, classes = _within(_corners(rows[:, :4]), size), rows[:, first:]
    scores = rows[:, 4] if layout == "objectness" else np.ones(len(rows))
    if not classes.shape[1]:
        return Found(corners, scores)
    return Found(corners, scores * classes.max(1), classes.argmax(1))


def row_entry(output: Any, main: str) -> str:
    """The path of the tensor that holds the rows: the main one, or the first of such a shape."""
    found = [(path, one) for path, one in entries(output) if one.ndim == 3]
    fitting = [path for path, one in found if max(one.shape[1:]) >= 5]
    return main if main in fitting or not fitting else fitting[0]


def not_boxes(why: str) -> InputError:
    """The error for an output that is read as boxes and holds none."""
    return InputError(
        f"{why}: the output is no list of boxes.", "Choose a class or an entry of the output."
    )


def numbers(tensor: Tensor) -> np.ndarray:
    """As float64, away from the graph."""
    return np.asarray(tensor.detach().double().cpu().numpy())


def _corners(rows: np.ndarray) -> np.ndarray:
    """Centre and size as `x1 y1 x2 y2`."""
    centre, half = rows[:, :2], rows[:, 2:4] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _within(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """As far as they lie in the picture."""
    limits = np.array([size[1], size[0]] * 2, dtype=np.float64)
    return np.clip(boxes, 0, limits)
