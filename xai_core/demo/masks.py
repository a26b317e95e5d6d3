"""What a map of a run should show, where that is known."""

from __future__ import annotations

from xai_core.demo.wafer.examples import truth_of
from xai_core.pictures.region import on_grid
from xai_core.runs.run import Run
from xai_core.scores.localisation import Mask
from xai_core.targets.kinds.base import region_of

MISSING = (
    "Metrics of localisation are offered where it is known what a map should show: on the wafer "
    "demo's pictures, and where a region of the picture is explained."
)


def mask_of(run: Run) -> tuple[Mask, str] | None:
    """The mask in the size of the input, and what it is; None where nobody knows."""
    truth = truth_of(run.pixels)
    if truth is not None:
        return truth, "the known defect"
    region = region_of(run.explained.chosen) if run.explained is not None else None
    if region is None:
        return None
    height, width = run.pixels.shape[:2]
    return on_grid(region, (height, width)), "the region that is explained"
