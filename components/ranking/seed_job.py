"""The action that computes the maps of the run on screen by further seeds."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

from components.session import origin
from components.session.jobs.job import Reports
from components.session.keeping import beside
from components.session.processes import Access
from components.session.state.workspace import Workspace
from xai_core.base.errors import XaiError
from xai_core.maps.recipe import Recipe
from xai_core.runs.manifest import maps_digest
from xai_core.runs.seeds import more_seeds
from xai_core.scores.seeds import STEM, SeedScores

FIRST, NEXT, MOST = 4, 5, 20  # seeds beside the first one; then at a time; in all


def count(space: Workspace, recipe: Recipe) -> int:
    """How many the button adds; 0 where there are enough."""
    known = space.run.seeds_by(recipe)
    if known is None or len(known.seeds) < 2:
        return FIRST
    return min(NEXT, max(0, MOST - len(known.seeds)))


def start(space: Workspace, recipe: Recipe) -> None:
    """Compute them, in a thread; each seed that was finished stays, also after a kill."""
    state, run = space.seeding, space.run
    state.clear()
    try:
        source, inputs = origin.of_run(space)
    except XaiError as error:
        state.failure = str(error)
        return
    access, place, more = Access(state.turn), beside.own(space), count(space, recipe)

    def work(tick: Reports[SeedScores], cancel: threading.Event) -> SeedScores:
        access.cancel = cancel

        def arrived(found: SeedScores) -> None:
            tick.settle_for(found)
            place.keep(f"{STEM}.json", json.dumps(found.to_dict()).encode())

        with access.model(source) as held:
            return more_seeds(
                *(held.worker, run, inputs, recipe, more),
                progress=tick,
                cancel=cancel,
                arrived=arrived,
            )

    state.digest = maps_digest(run.attributions)
    state.begin("further seeds", work)


def finish(space: Workspace, found: SeedScores) -> None:
    """Put them beside the maps that they are of, where those are still on screen."""
    if maps_digest(space.run.attributions) == space.seeding.digest:
        space.run = replace(space.run, seeds=found)
