"""What Pedestal makes of one file: loaded by its bytes alone, compared with its original."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.dose import WHOLE
from tests.models.matrix.row import Array, Row, Truth
from xai_core.attribution import emptiness
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import XaiError
from xai_core.base.parameters import describe
from xai_core.readiness.result import Verdict
from xai_core.worker import Worker

NAME = "4711.bin"  # tells nothing
BLACK_BOX = {"samples": 12, "segments": 5, "cells": 2, "designs": 4}
QUICK = {"n": 2, "m": 2, "n_steps": 4, "channels": 2, **BLACK_BOX}
TRIED = (  # in `make test`: one of each family
    *("saliency", "guided-backprop", "integrated-gradients", "fusiongrad"),
    *("grad-cam", "gradient-rollout", "occlusion"),
)
OUTPUT_TOLERANCE, GRADIENT_TOLERANCE = 1e-3, 1e-2  # of the largest value; half precision included


@dataclass(frozen=True)
class Result:
    """One row of the table.

    Attributes:
        agrees: what was compared with the original and is the same: "output", "gradient".
        truth: what the original gives; None where nothing is left to compare.
    """

    row: Row
    format: str
    verdict: Verdict
    agrees: tuple[str, ...]
    truth: Truth | None

    @property
    def codes(self) -> set[str]:
        """Of all findings."""
        return {finding.code for finding in self.verdict.findings}


def measured(row: Row, worker: Worker, folder: Path) -> Result:
    """Write the file, open it under a name that says nothing, compare and explain."""
    path = folder / NAME
    truth = row.write(path)
    options = row.options(path)
    try:
        card = worker.load(path, options)
    except XaiError as error:
        return Result(row, str(error.facts["format"]), worker.rejected(path, error), (), truth)
    inputs = truth.inputs if truth else _noise(card.input_spec.shape)
    verdict = worker.assess(inputs)
    available = [name for name, one in verdict.methods.items() if one.available]
    for name in available:
        if WHOLE or name in TRIED:
            _explained(worker, inputs, name)
    agrees = _agreement(worker, truth, gradient="saliency" in available) if truth else ()
    return Result(row, card.format, verdict, agrees, truth)


def _noise(shape: tuple[int, int, int]) -> Array:
    return np.random.default_rng(0).random((1, *shape)).astype(np.float32)


def _explained(worker: Worker, inputs: Array, name: str) -> None:
    quick = {one.name: QUICK[one.name] for one in describe(METHODS[name].Parameters)
             if one.name in QUICK}  # fmt: skip
    found = worker.explain(inputs, None, name, parameters=quick)
    values = found.values
    assert values.shape == inputs.shape[:1] + values.shape[1:2] + inputs.shape[2:], name
    assert np.isfinite(values).all(), name
    assert values.any() or emptiness.told(found), f"{name}: a map of zeros without a cause"


def _agreement(worker: Worker, truth: Truth, *, gradient: bool) -> tuple[str, ...]:
    found = []
    scores = worker.predict(truth.inputs).scores
    if scores is not None and _same(scores, truth.output, OUTPUT_TOLERANCE):
        found.append("output")
    if gradient and truth.gradient is not None:
        plain = {"absolute": False}
        slope = worker.explain(truth.inputs, truth.target, "saliency", parameters=plain).values
        if _same(slope, truth.gradient, GRADIENT_TOLERANCE):
            found.append("gradient")
    return tuple(found)


def _same(one: Array, other: Array, tolerance: float) -> bool:
    return one.shape == other.shape and bool(
        np.abs(one - other).max() <= tolerance * np.abs(other).max()
    )
