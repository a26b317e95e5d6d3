"""For every kind of target the nets that it fits, with parameters; and each score by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.targets.nets import HEIGHT, WIDTH, net, pictures
from xai_core.base.target import Target
from xai_core.pictures.region import as_text
from xai_core.targets.kinds.similarity import reference

RING = np.zeros((HEIGHT, WIDTH), dtype=bool)
RING[2:10, 2:8] = True
RING[4:8, 4:6] = False


def _other(name: str) -> np.ndarray:
    """The embedding of another picture, by hand."""
    with torch.no_grad():
        output = net(name)(torch.from_numpy(pictures(seed=7)))
    return output.flatten(2).mean(2)[0].numpy() if output.ndim == 4 else output[0].numpy()


def _cosine(vectors: Tensor, other: np.ndarray) -> Tensor:
    found = torch.from_numpy(other).to(vectors)
    return (vectors @ found) / (vectors.square().sum(1).sqrt() * found.square().sum().sqrt())


def _blob(output: Tensor) -> Tensor:
    """The mean of the class that is predicted in the first cell over its 4-connected piece."""
    best = output[0].argmax(0)
    inside, todo = set(), [(0, 0)]
    while todo:
        row, column = todo.pop()
        if (row, column) in inside or not (0 <= row < 6 and 0 <= column < 5):
            continue
        if best[row, column] == best[0, 0]:
            inside.add((row, column))
            todo += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return torch.stack([output[:, int(best[0, 0]), r, c] for r, c in sorted(inside)]).mean(0)


def _marked(output: Tensor) -> Tensor:
    best = output[0].argmax(0)
    top = int(output[0].mean((1, 2)).argmax())
    return output[:, top, best == top].mean(1)


def _ahead(output: Tensor) -> Tensor:
    order = output[0].argsort(descending=True)
    return output[:, order[0]] - output[:, order[1]]


def _best_row(output: Tensor) -> Tensor:
    scores = output[0, :, 4:5] * output[0, :, 5:]
    row, label = divmod(int(scores.argmax()), 2)
    return output[:, row, 4] * output[:, row, 5 + label]


def _best_turned(output: Tensor) -> Tensor:
    label, row = divmod(int(output[0, 4:].argmax()), 10)
    return output[:, 4 + label, row]


def _best_query(output: dict[str, Tensor]) -> Tensor:
    row, label = divmod(int(output["pred_logits"][0].softmax(1)[:, :3].argmax()), 3)
    return output["pred_logits"][:, row, label]


def _odds(output: Tensor) -> Tensor:
    p = output.double().softmax(1)[:, 1]
    return (p / (1 - p)).log()


def _at(output: list[dict[str, Tensor]], box: list[float]) -> Tensor:
    """The score of the box at a place, wherever in the list it stands."""
    place = torch.tensor(box)
    return torch.stack(
        [one["scores"][(one["boxes"] == place.to(one["boxes"])).all(1)][0] for one in output]
    )


Case = tuple[str, str, dict[str, Any], Callable[[Any], Tensor]]
CASES: list[Case] = [
    ("logit", "classes", {"index": 2}, lambda y: y[:, 2]),
    ("logit", "classes", {}, lambda y: y[:, int(y[0].argmax())]),
    ("logit", "dense", {"index": 1}, lambda y: y[:, 1].mean((1, 2))),
    ("probability", "classes", {"index": 1}, lambda y: y[:, 1].exp() / y.exp().sum(1)),
    ("log-odds", "classes", {"index": 1}, _odds),
    ("margin", "classes", {"index": 1, "against": 3}, lambda y: y[:, 1] - y[:, 3]),
    ("margin", "classes", {}, _ahead),
    ("predicted-region", "dense", {}, _marked),
    # Rows 4 to 7 and columns 2 to 5 of the input are rows 2, 3 and columns 1, 2 of the output.
    (
        "box",
        "dense",
        {"index": 2, "top": 4, "left": 2, "bottom": 8, "right": 6},
        lambda y: y[:, 2, 2:4, 1:3].mean((1, 2)),
    ),
    ("connected-region", "dense", {"row": 1, "column": 0}, _blob),
    (
        "mask",
        "dense",
        {"index": 0, "mask": as_text(RING)},
        lambda y: (y[:, 0, 1:5, 1:4].sum((1, 2)) - y[:, 0, 2:4, 2].sum(1)) / 10,
    ),
    ("anomaly", "one", {"statistic": "mean"}, lambda y: y.mean((1, 2, 3))),
    ("anomaly", "one", {}, lambda y: y.flatten(1).max(1).values),
    ("regression", "classes", {"index": 3}, lambda y: y[:, 3]),
    ("regression", "classes", {"index": 3, "direction": "down"}, lambda y: -y[:, 3]),
    ("regression", "single", {"direction": "down"}, lambda y: -y[:, 0]),
    ("detection", "rows", {}, _best_row),
    ("detection", "turned", {}, _best_turned),
    ("detection", "queries", {}, _best_query),
    ("detection", "lists", {"box": 1}, lambda y: y[0]["scores"][1:2]),
    (
        "detection-overlap",
        "lists",
        {"top": 7, "left": 5, "bottom": 11, "right": 9},
        lambda y: _at(y, [4.0, 5.0, 8.0, 11.0]),
    ),
    (
        "detection-overlap",
        "rows",
        {"top": 1, "left": 1, "bottom": 5, "right": 4},
        lambda y: y[:, 0, 4] * y[:, 0, 5:][:, int(y[0, 0, 5:].argmax())],
    ),
    (
        "similarity",
        "classes",
        {"reference": reference(_other("classes"), "other")},
        lambda y: _cosine(y, _other("classes")),
    ),
    (
        "similarity",
        "dense",
        {"reference": reference(_other("dense"))},
        lambda y: _cosine(y.mean((2, 3)), _other("dense")),
    ),
    ("entry", "nested", {"path": "['heads'][0]", "reducer": "sum"}, lambda y: y["heads"][0].sum(1)),
    (
        "entry",
        "nested",
        {"path": "['heads'][1]", "reducer": "element", "element": "1,0"},
        lambda y: y["heads"][1][:, 1, 0],
    ),
    ("entry", "nested", {}, lambda y: y["logits"].mean(1)),
    ("entry", "nested", {"reducer": "max"}, lambda y: y["logits"].max(1).values),
    ("entry", "nested", {"reducer": "min"}, lambda y: y["logits"].min(1).values),
    ("entry", "nested", {"reducer": "l2"}, lambda y: y["logits"].square().sum(1).sqrt()),
]


def net_of(name: str) -> torch.nn.Module:
    """`one` is a dense output of one channel, `single` a single number."""
    if name in ("one", "single"):
        return net("dense" if name == "one" else "classes", 1)
    return net(name)


def target(case: Case) -> Target:
    return Target(case[0], case[2])


def name_of(case: Case) -> str:
    told = "-".join(f"{key}={str(value)[:12]}" for key, value in case[2].items())
    return f"{case[0]}-{case[1]}-{told}"
