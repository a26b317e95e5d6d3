"""A computation that ends early: what was finished by then is kept, and said."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from components.session import text
from components.session.jobs.job import Reports
from components.session.jobs.keeper import Keeper
from components.session.state.workspace import Growing, Workspace
from xai_core.attribution.result import Attribution
from xai_core.base.errors import XaiError
from xai_core.runs.computation import finished
from xai_core.runs.explainer import Scores1D
from xai_core.runs.run import Run


def keep(
    growing: Growing,
    before: Mapping[str, Attribution],
    scorer: Scores1D,
    keeper: Keeper,
    reports: Reports[Run],
) -> None:
    """Settle for the maps that are there, unless they say nothing new; for any thread.

    Args:
        before: the maps on screen, where they are of the same model and picture.
    """
    if all(_same(before.get(name), one) for name, one in growing.run.attributions.items()):
        return
    with suppress(XaiError):
        run = finished(scorer, growing.methods, growing.run)
        keeper.keep(run)
        reports.settle_for(run)
        growing.run, growing.kept = run, True


def told(space: Workspace) -> str | None:
    """What is left of the last computation, where it did not come to its end."""
    growing, lead = space.growing, "Cancelled. " if space.stopped else ""
    if growing is None or not growing.kept or not (space.stopped or space.failure):
        return None
    done = text.listed(map(text.title_of, growing.run.attributions))
    missing = text.listed(map(text.title_of, growing.missing))
    left_out = f" Not computed: {missing}." if missing else ""
    return f"{lead}What was finished by then is kept: {done}.{left_out}"


def _same(before: Attribution | None, now: Attribution) -> bool:
    """Whether both are the same map, perhaps computed again."""
    return (
        before is not None
        and (dict(before.parameters), before.seed) == (dict(now.parameters), now.seed)
        and before.pace.autocast == now.pace.autocast
        and before.targets[0].same_as(now.targets[0])
    )
