"""FusionGrad that stops by itself: samples and map, against all 100 samples (n = m = 10)."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks._demo import efficientnet
from benchmarks.timing import Goal
from xai_core.attribution.explanation import explain
from xai_core.attribution.result import Attribution
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture
from xai_core.pictures.preprocessing import prepare as prepare_picture

UNIT, ROUNDS = "%", 1
PHOTOS = ("rocket.jpg", "chelsea.png", "coffee.png", "astronaut.png")
N = M = 10
RECOMMENDED = 0.215  # tolerance that the documentation names


@cache
def mapped(photo: str, tolerance: float) -> Attribution:
    path = picture_path("rocket").with_name(photo)
    inputs = prepare_picture(open_picture(path), InputSpec()).inputs
    return explain(efficientnet(), inputs, None, "fusiongrad", n=N, m=M, tolerance=tolerance)


def samples() -> float:
    """Samples of the photo that takes the most, as a share of all."""
    return max(mapped(one, RECOMMENDED).chosen["samples"] for one in PHOTOS) / (N * M) * 100


def distance() -> float:
    """1 − cosine between the two maps of the photo on which they are least alike."""
    return max(_distance(one) for one in PHOTOS) * 100


def _distance(photo: str) -> float:
    full, early = (mapped(photo, one).values.sum(1).ravel() for one in (0.0, RECOMMENDED))
    cosine = np.dot(full, early) / (np.linalg.norm(full) * np.linalg.norm(early))
    return float(1 - cosine)


ALL, TAKEN = "all samples, and maps at a right angle", "samples taken, the worst of four photos"
APART = "1 − cosine to its own map of all samples, the worst"
CASES = {ALL: lambda: 100.0, TAKEN: samples, APART: distance}
WORKER = (TAKEN, APART)
GOALS = [Goal(TAKEN, ALL, 0.40), Goal(APART, ALL, 0.01)]
