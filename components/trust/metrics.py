"""Every map of the run on screen by several metrics, and whether focused means faithful."""

from __future__ import annotations

from components.session import backend
from components.session.state.workspace import Workspace
from components.trust import measurements, measuring, metric_picker, metric_scatter, metric_table


def show(space: Workspace, level: float) -> None:
    """Draw the choice of metrics, the table and the chart at a quantile."""
    chosen = metric_picker.show(space.run)
    recipe = backend.recipe_for(space.run, space.recipe, level)
    found = measurements.of(space.run, recipe, chosen)
    measuring.show(space, found, key="metrics-model")
    metric_table.show(found, key="metrics-table")
    metric_scatter.show(found, key="metrics-scatter")
