"""A study of three noise pictures, the first with a mask, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from tests.studies.jobs.tiny import rows
from tests.studies.study_process import SETTING
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.shards import Row
from xai_core.studies.store import complete

METHODS = complete({"saliency": {}, "guided-backprop": {}})
ROUNDING = 1e-5  # pictures that are computed alone, and with others


def draw(folder: Path) -> Plan:
    """The pictures, and what is computed of them."""
    (folder / "pictures").mkdir()
    draws = np.random.default_rng(4)
    for number in range(3):
        values = draws.integers(0, 255, (20, 20, 3), np.uint8)
        Image.fromarray(values).save(folder / "pictures" / f"{number}.png")
    draw_mask(folder, 12)
    return Plan(Path("net.pt"), "net.pt", SETTING, str(folder / "pictures"), METHODS)


def draw_mask(folder: Path, right: int) -> None:
    """Of the first picture. right: where it ends."""
    mask = np.zeros((20, 20), np.uint8)
    mask[4:9, 4:right] = 255
    Image.fromarray(mask).save(folder / "pictures" / "0.mask.png")


def measuring(plan: Plan, *metrics: str) -> Plan:
    """The same with these metrics."""
    return replace(plan, setting=replace(plan.setting, metrics=metrics, truths=None))


def by_map(folder: Path) -> dict[tuple[str, str], Row]:
    """The rows of a study by picture and method."""
    return {(row.name, row.method): row for row in rows(folder).values()}


def same_scores(one: Path, other: Path) -> None:
    """Raw, curve and seconds are those of before, to the bit."""
    before, after = by_map(one), by_map(other)
    assert before.keys() == after.keys()
    for key, row in before.items():
        np.testing.assert_array_equal(row.curve, after[key].curve)
        assert row.raw == after[key].raw
        assert row.seconds == after[key].seconds
