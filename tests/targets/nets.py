"""Small nets, one for every form of output."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from xai_core.base.arrays import Inputs

HEIGHT, WIDTH = 12, 10


class Classifier(nn.Module):
    """`[B, 4]`; smooth, so that finite differences are sharp."""

    def __init__(self, classes: int = 4) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 5, 3)
        self.head = nn.Linear(5, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.softplus(self.body(x)).mean((2, 3)))


class Segmenter(nn.Module):
    """`[B, K, 6, 5]`: half the size of the input."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 5, 3, padding=1)
        self.head = nn.Conv2d(5, classes, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.softplus(self.body(x)))


class Rows(nn.Module):
    """`[B, 4, 4 + 1 + 2]`: boxes that stand still, with an objectness and two classes."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Classifier(4 * 3)
        places = [[2, 2, 4, 4], [6, 2, 4, 4], [2, 8, 4, 4], [6, 8, 4, 6]]
        self.register_buffer("places", torch.tensor(places, dtype=torch.float32))

    def forward(self, x: Tensor) -> Tensor:
        scores = self.body(x).view(-1, 4, 3).sigmoid()
        return torch.cat([self.places.to(x).expand(len(x), 4, 4), scores], 2)


class Lists(nn.Module):
    """As torchvision: a mapping a picture, boxes sorted by their score."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()

    def forward(self, x: Tensor) -> list[dict[str, Tensor]]:
        return [self._one(rows) for rows in self.rows(x)]

    def _one(self, rows: Tensor) -> dict[str, Tensor]:
        best, labels = (rows[:, 4:5] * rows[:, 5:]).max(1)
        order = best.argsort(descending=True)
        centre, half = rows[:, :2], rows[:, 2:4] / 2
        boxes = torch.cat([centre - half, centre + half], 1)
        return {"boxes": boxes[order], "labels": labels[order], "scores": best[order]}


class Turned(nn.Module):
    """`[B, 4 + 2, 10]`, as Ultralytics' YOLOv8: more boxes than numbers a box, no objectness."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Classifier(20)
        places = [[1.0 + i, 6, 3, 4] for i in range(10)]
        self.register_buffer("places", torch.tensor(places).T)

    def forward(self, x: Tensor) -> Tensor:
        scores = self.body(x).view(-1, 2, 10).sigmoid()
        return torch.cat([self.places.to(x).expand(len(x), 4, 10), scores], 1)


class Queries(nn.Module):
    """As DETR (facebookresearch/detr): 5 queries, 3 classes and "no object", boxes in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.classes, self.boxes = Classifier(20), Classifier(20)

    def forward(self, x: Tensor) -> dict[str, Any]:
        scores, boxes = self.classes(x).view(-1, 5, 4), self.boxes(x).view(-1, 5, 4)
        aux = [{"pred_logits": scores * 2, "pred_boxes": boxes.sigmoid()}]
        return {"aux_outputs": aux, "pred_boxes": boxes.sigmoid(), "pred_logits": scores}


class Nested(nn.Module):
    """Several heads, one of them integers, one detached."""

    def __init__(self) -> None:
        super().__init__()
        self.body = Classifier()

    def forward(self, x: Tensor) -> dict[str, Any]:
        scores = self.body(x)
        return {
            "logits": scores,
            "heads": [scores[:, :2] ** 2, scores.view(-1, 2, 2)],
            "label": scores.argmax(1),
            "loose": scores.detach() * 2,
        }


NETS: dict[str, type[nn.Module]] = {
    "classes": Classifier,
    "dense": Segmenter,
    "rows": Rows,
    "lists": Lists,
    "turned": Turned,
    "queries": Queries,
    "nested": Nested,
}


def net(name: str, *args: int) -> nn.Module:
    """The same at every call."""
    torch.manual_seed(0)
    return NETS[name](*args).eval()


def pictures(count: int = 1, seed: int = 0) -> Inputs:
    draws = np.random.default_rng(seed)
    return draws.normal(size=(count, 3, HEIGHT, WIDTH)).astype(np.float32)
