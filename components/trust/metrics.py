"""Every map of the run on screen by several metrics, and whether focused means faithful."""

from __future__ import annotations

from components.session import backend
from components.session.state.workspace import Workspace
from components.trust import (
    measurements,
    measuring,
    metric_picker,
    metric_scatter,
    metric_table,
    summary,
)
from xai_core.studies.result import StudyResult


def show(space: Workspace, level: float, study: StudyResult | None = None) -> None:
    """Draw the choice of metrics, who is best, the table and the chart at a quantile.

    Args:
        study: of many pictures, where one is on screen.
    """
    chosen = metric_picker.show(space.run)
    recipe = backend.recipe_for(space.run, space.recipe, level)
    found = measurements.of(space.run, recipe, chosen, measurements.kept(space))
    measuring.show(space, found, key="metrics-model")
    summary.show(space, found, level, study)
    metric_table.show(found, key="metrics-table", beside=summary.beside(space, level, study))
    metric_scatter.show(found, key="metrics-scatter")
