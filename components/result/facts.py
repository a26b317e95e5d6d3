"""Whose result it is: model, picture, what is explained, and at which baseline quantile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from components.maps import tiles
from components.session import text
from xai_core.compare.comparison import ModelPair
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult

SIDE = 88  # pixels of the thumbnail, twice what is drawn
MOST, TARGET_MOST = 60, 120  # signs of a name, and of what is explained
RAW = "before removal"


@dataclass(frozen=True)
class Facts:
    """What the bar says, each shortened. Its texts are not made plain yet.

    Attributes:
        seen: the quantile, or that nothing is removed. thumbnail: uint8 `[h, w, 3]`.
        beside: the second of two models.
    """

    model: str
    picture: str
    target: str
    seen: str
    thumbnail: np.ndarray | None = None
    beside: str = ""


def of_run(run: Run, quantile: float | None) -> Facts:
    """quantile: None where the maps are shown before removal."""
    model, picture = _short(run.model), _short(run.picture)
    target = _short(run.target_label, TARGET_MOST)
    return Facts(model, picture, target, _at(quantile), thumbnail(tiles.cut(run)))


def of_study(study: StudyResult, quantile: float) -> Facts:
    """Of many pictures; the first of them stands for all."""
    count = len(study.pictures)
    first = study.thumbnails[min(study.thumbnails)] if study.thumbnails else None
    told = _short(study.target_label, TARGET_MOST)
    return Facts(_short(study.model), text.counted(count, "picture"), told, _at(quantile), first)


def of_pair(pair: ModelPair, quantile: float) -> Facts:
    """Of two models on one picture."""
    first, second = pair.first.run, pair.second.run
    one, other = (_short(run.model, MOST // 2) for run in (first, second))
    targets = dict.fromkeys((first.target_label, second.target_label))
    told = " and ".join(targets)
    picture, told = _short(first.picture), _short(told, TARGET_MOST)
    small = thumbnail(tiles.cut(first))
    return Facts(f"A {one}", picture, told, _at(quantile), small, f"B {other}")


def thumbnail(pixels: np.ndarray) -> np.ndarray:
    """A small copy, uint8 `[h, w, 3]`."""
    step = max(1, min(pixels.shape[:2]) // SIDE)
    return np.ascontiguousarray(pixels[::step, ::step])


def _at(quantile: float | None) -> str:
    return RAW if quantile is None else f"baseline quantile {quantile:.2f}"


def _short(name: str, most: int = MOST) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
