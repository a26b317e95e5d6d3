"""A detector's boxes are told from logits, and are where they are said to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.targets.nets import HEIGHT, WIDTH, net, pictures
from xai_core import XaiError
from xai_core.attribution.context import explained_of
from xai_core.base.target import Target
from xai_core.readiness import assess
from xai_core.targets.box_forms import on_strides
from xai_core.targets.resolution import resolve, usual

SIZE = (64, 96)


def one(output: Any, labels: list[str] | None = None) -> dict[str, Any]:
    return dict(resolve(Target("detection"), output, SIZE, labels).chosen)


@pytest.mark.parametrize("name", ["lists", "queries"])
def test_they_are_what_is_explained_where_nothing_is_asked_for(name: str) -> None:
    (found,) = explained_of(net(name), pictures())
    assert found.target.kind == "detection"
    assert assess(net(name), pictures()).evidence["explained"] == found.sentence


def queries(logits: list[list[float]], boxes: list[list[float]]) -> dict[str, Tensor]:
    return {"logits": torch.tensor([logits]), "pred_boxes": torch.tensor([boxes])}


BOXES = [[0.5, 0.5, 0.5, 0.25], [0.1, 0.9, 0.4, 0.4]]


def test_a_detr_pair_gives_a_query_a_class_and_a_place() -> None:
    chosen = one(queries([[1.0, 0.0, 5.0], [0.0, 2.0, 1.0]], BOXES))
    assert (chosen["box"], chosen["label"]) == (1, 1)  # the last class is no object
    assert chosen["at"] == pytest.approx([0, 44.8, 28.8, 64], abs=1e-3)  # within the picture
    told = resolve(Target("detection"), queries([[1.0, 0.0, 5.0]], BOXES[:1]), SIZE).sentence
    assert told == "the logit of box 0 for class 0 (rows 24 to 40, columns 24 to 72)"


def test_as_many_labels_as_logits_leave_no_class_for_no_object() -> None:
    assert one(queries([[1.0, 0.0, 5.0], [0.0, 2.0, 1.0]], BOXES), list("abc"))["label"] == 2


def test_a_raw_head_is_recognised_by_its_grids() -> None:
    count = 8 * 12 + 4 * 6 + 2 * 3
    raw = torch.rand(1, 4 + 3, count)
    assert on_strides(count, SIZE)
    assert on_strides(8400, (640, 640))
    assert usual(raw, SIZE) == Target("detection")
    assert usual(torch.rand(1, 7, count - 1), SIZE) is None
    chosen = one(raw)
    assert raw[0, 4 + chosen["label"], chosen["box"]] == raw[0, 4:].max()


def test_it_is_found_beside_its_feature_maps() -> None:
    count = 8 * 12 + 4 * 6 + 2 * 3
    output = (torch.rand(1, 7, count), [torch.rand(1, 67, 8, 12), torch.rand(1, 67, 4, 6)])
    assert usual(output, SIZE) == Target("detection")
    assert one(output)["path"] == "[0]"


@pytest.mark.parametrize("shape", [(1, 5, 9), (1, 9, 6)])
def test_logits_are_never_read_as_boxes(shape: tuple[int, ...]) -> None:
    logits = torch.from_numpy(np.random.default_rng(0).normal(size=shape)).float()
    with pytest.raises(XaiError, match="no list of boxes"):
        one(logits)
    with pytest.raises(XaiError, match="no list of boxes"):
        one(queries(logits[0].tolist(), (9 * torch.rand(shape[1], 4)).tolist()))


def test_no_row_or_column_lies_outside_of_the_picture() -> None:
    class Beyond(nn.Module):
        def forward(self, x: Tensor) -> Any:
            score = x.mean((1, 2, 3)).sigmoid()[:, None]
            boxes = torch.tensor([[[-7.0, -3.0, 4.0, 5.0]]]).expand(len(x), 1, 4)
            return [{"boxes": b, "scores": s} for b, s in zip(boxes, score, strict=True)]

    (found,) = explained_of(Beyond(), pictures())
    assert found.sentence == "the score of box 0 (rows 0 to 5, columns 0 to 4)"
    (found,) = explained_of(net("turned"), pictures(), Target("detection"))
    edges = found.chosen["at"]
    assert min(edges) >= 0
    assert max(edges[::2]) <= WIDTH
    assert max(edges[1::2]) <= HEIGHT
