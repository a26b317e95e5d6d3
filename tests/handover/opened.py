"""A case opened as its user would: first without a flag, then with what the message proposes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.handover.case import Case, Handed
from xai_core.base.errors import XaiError
from xai_core.base.target import Target
from xai_core.models.formats.base import LoadOptions
from xai_core.readiness.result import Verdict
from xai_core.worker import Worker

TOLERANCE = 1e-3  # of the largest value
SMALL, OF_ANY_SIZE = 64, ("torch-eager", "torch-weights")  # a graph may hold its size
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Opened:
    """What came of a case.

    Attributes:
        verdict: of the last step.
        said: the message or the findings of each step but the last.
        compared: what was held against the original: "output", "map".
    """

    case: Case
    format: str
    verdict: Verdict
    said: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()


def opened(case: Case, worker: Worker, folder: Path) -> Opened:
    """Raises `AssertionError`: an output or a map is not the original's."""
    handed = case.write(folder)
    said: list[str] = []
    for options in (LoadOptions(), *handed.proposed):
        try:
            card = worker.load(handed.path, options)
        except XaiError as error:
            verdict, kind = worker.rejected(handed.path, error), str(error.facts.get("format"))
            said.append(f"{error} {error.hint}")
            continue
        net = handed.net if card.format in OF_ANY_SIZE else None
        inputs = _noise(_small(net, card.input_spec.shape))
        verdict, kind = worker.assess(inputs), card.format
        said.append(" ".join(f"{one.message} {one.hint}" for one in verdict.findings))
    compared = () if verdict.level == "rejected" else _compared(handed, worker, inputs)
    return Opened(case, kind, verdict, tuple(said[: case.steps]), compared)


def _small(net: nn.Module | None, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """A small picture, where the network takes pictures of any size: a proof of it is as good."""
    if net is None or max(shape[1:]) <= SMALL:
        return shape
    small = (shape[0], SMALL, SMALL)
    try:
        with torch.no_grad():
            net(torch.zeros(1, *small))
    except Exception:  # each library says it in its own way
        return shape
    return small


def _noise(shape: tuple[int, int, int]) -> Array:
    return np.random.default_rng(0).standard_normal((1, *shape)).astype(np.float32)


def _compared(handed: Handed, worker: Worker, inputs: Array) -> tuple[str, ...]:
    """Scores, and the gradient of one class, against plain autograd of the original."""
    if handed.net is None:
        return ()
    given = torch.from_numpy(inputs).requires_grad_()
    scores = handed.scores(handed.net(given))
    found = worker.predict(inputs).scores
    assert found is not None
    _same(found, scores.detach().numpy(), "output")
    top = int(scores[0].argmax())
    (slope,) = torch.autograd.grad(scores[0, top], given)
    chosen = Target("logit", {"index": top})
    plain = worker.explain(inputs, chosen, "saliency", parameters={"absolute": False}).values
    _same(plain, slope.numpy(), "map")
    return ("output", "map")


def _same(one: Array, other: Array, what: str) -> None:
    assert one.shape == other.shape, what
    assert np.abs(one - other).max() <= TOLERANCE * np.abs(other).max(), what
