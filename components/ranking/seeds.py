"""Whether an order holds for other seeds: what is known of it, and the button that finds out."""

from __future__ import annotations

import streamlit as st

from components.maps import growing, progress
from components.ranking import seed_job
from components.session import backend, origin, text
from components.session.jobs.time_left import duration
from components.session.layout import own_place
from components.session.state.workspace import Workspace
from components.tuning import quantile
from components.tuning.view import View
from xai_core.maps.recipe import Recipe
from xai_core.runs.seeds import cost, drawing
from xai_core.scores.headline import Headline
from xai_core.scores.seeds import SeedScores

ROW, BELOW = "seeds-row", "seeds-row-below"  # which assets/result.css knows
STOPPED = "Cancelled. The seeds that were finished are kept."
OWN = "± is what another seed would do, told by the draws of each map."


@own_place
def show(space: Workspace, view: View, said: Headline, *, key: str) -> None:
    """Draw the figures of a headline, what other seeds say, and the button for more of them."""
    if not _underway(space, key):
        with st.container(horizontal=True, vertical_alignment="center", key=ROW):
            st.caption(f"{said.detail} {told(space, view, said)}".strip())
            _button(space, view.recipe, key)


@own_place
def below_maps(space: Workspace, *, key: str) -> None:
    """Draw the same where no headline stands, as on *Heatmaps*; nothing where no map is drawn."""
    again = drawing(space.run)
    if not again or growing.underway(space) or _underway(space, key):
        return
    level = quantile.DEFAULT if space.quantile is None else space.quantile
    recipe = backend.recipe_for(space.run, space.recipe, level)
    seeds = space.run.seeds_by(recipe)
    with st.container(horizontal=True, vertical_alignment="center", key=BELOW):
        if seeds is None or len(seeds.seeds) < 2:
            names = text.listed(map(text.title_of, again))
            st.caption(f"These maps are of one seed. Drawn at random: {names}.")
        else:
            st.caption(f"{holds(seeds, level)} Baseline quantile: {level:.2f}.")
        _button(space, recipe, key)


def _underway(space: Workspace, key: str) -> bool:
    """Draw its progress in the place of the figures, so that nothing moves; or how it ended."""
    state = space.seeding
    if state.job is None:
        progress.ended(state, STOPPED)
        return False
    progress.watch(state, state.job, key=key, finish=lambda found: seed_job.finish(space, found))
    return True


def _button(space: Workspace, recipe: Recipe, key: str) -> None:
    more, again = seed_job.count(space, recipe), drawing(space.run)
    if not again or not more:
        return
    samples, seconds = cost(space.run, more)
    lacking = origin.lacking(space)
    names = text.listed(map(text.title_of, again))
    if st.button(
        f"Check with {more:d} more seeds: {text.plain(duration(seconds))}",
        key=f"{key}-start",
        type="tertiary",
        disabled=lacking is not None,
        help=text.plain(lacking)
        if lacking
        else f"{names}: the same settings, other draws; {samples:,d} samples.",
    ):
        seed_job.start(space, recipe)
        st.rerun()


def told(space: Workspace, view: View, said: Headline) -> str:
    """What is known of other seeds, in sentences; empty where no map is drawn at random."""
    seeds = space.run.seeds_by(view.recipe)
    if not drawing(space.run):
        return ""
    if seeds is None or len(seeds.seeds) < 2:
        return OWN if said.margin is not None and said.margin.spread > 0 else ""
    return f"{_ahead(seeds, view, said)}{holds(seeds, view.quantile)}"


def holds(seeds: SeedScores, level: float) -> str:
    """For how many seeds all places are the same."""
    found, every = seeds.holds(level), len(seeds.seeds)
    return f"The order, raw and after removal, holds for {found:d} of {every:d} seeds."


def _ahead(seeds: SeedScores, view: View, said: Headline) -> str:
    pair = said.margin
    if pair is None or len(seeds.curves) < 3:
        return ""
    found, every = seeds.ahead(pair.front, pair.back, view.quantile), len(seeds.seeds)
    front, back = text.title_of(pair.front), text.title_of(pair.back)
    return f"{front} is ahead of {back} for {found:d} of {every:d} seeds. "
