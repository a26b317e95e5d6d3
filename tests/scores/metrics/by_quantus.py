"""Quantus' side of a comparison: our pictures and maps where it would make its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from xai_core.scores.quantus_calls.library import quantus as quantus


class Listed:
    """A model that is asked by number, and predicts that picture of a list."""

    def __init__(self, net: nn.Module, pictures: Sequence[np.ndarray], target: int) -> None:
        with torch.no_grad():
            found = net(torch.from_numpy(np.stack(pictures).astype(np.float32))).double()
        self.scores, self.probabilities = found[:, target].numpy(), found.softmax(1)[:, target]
        self.answers = self.probabilities.numpy()

    def shape_input(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return x

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.answers[[int(one.ravel()[0]) for one in x]][:, None]


class Kept:
    """A model that is asked by which pixels are left of a picture; the others take `colour`."""

    def __init__(self, net: nn.Module, x: np.ndarray, target: int, *, softmax: bool = True) -> None:
        self.net, self.x, self.target, self.softmax = net, x, target, softmax
        self.colour = x.mean((2, 3), keepdims=True)

    def shape_input(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return x

    def predict(self, kept: np.ndarray) -> np.ndarray:
        mask = kept.reshape(1, 1, *self.x.shape[2:]) > 0
        with torch.no_grad():
            found = self.net(torch.from_numpy(np.where(mask, self.x, self.colour)))
        found = found.softmax(1) if self.softmax else found
        return found[:, [self.target]].double().numpy()


NOBODY = np.zeros(1, dtype=np.int64)


def evaluated(metric: Any, model: Any, x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """The first picture's result."""
    return np.asarray(metric.evaluate_batch(model=model, x_batch=x, y_batch=NOBODY, a_batch=a))
