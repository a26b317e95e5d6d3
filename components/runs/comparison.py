"""Two kept runs side by side: scores, places, what differs, and the maps of both."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pandas as pd
import streamlit as st

from components.maps import pair, tiles
from components.maps.tiles import title_of
from components.ranking import score_table
from components.runs import clock, difference_words
from components.session import kept_runs, text
from components.widgets import map_grid
from xai_core.base.errors import InputError
from xai_core.maps.canonical import canonicalise
from xai_core.maps.difference import MapDifference, map_difference
from xai_core.runs.difference import changes, scores
from xai_core.runs.entry import Kept
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.run import Run

CHOICES = "One run", "The other run"
KEYS = "compared-0", "compared-1"
OFFERED = 100


def show(wanted: RunFilter) -> None:
    """Draw the choice of two of the runs that are wanted, and what they differ in."""
    found = kept_runs.store().page(replace(wanted, studies=False), 0, OFFERED)
    kept = {one.id: one for one in (*found.entries, *_chosen())}
    if len(kept) < 2:
        return
    with st.expander("Compare two runs", icon=":material/compare_arrows:"):
        if found.total > OFFERED:
            st.caption(f"The {OFFERED:d} newest are offered. The search above finds others.")
        named = {one.id: f"{one.title} · {clock.told(one.created)}" for one in kept.values()}
        columns = st.columns(2)
        ids = [
            column.selectbox(
                text.plain(label),
                list(named),
                index=place,
                format_func=lambda one: named.get(one, one),
                key=KEYS[place],
                persist_state="session",
            )
            for place, (column, label) in enumerate(zip(columns, CHOICES, strict=True))
        ]
        if ids[0] == ids[1]:
            st.info("Choose two different runs.", icon=":material/info:")
            return
        _compared(kept[ids[0]], kept[ids[1]])


def _chosen() -> Iterator[Kept]:
    """What is compared now stays, whatever is searched for."""
    for key in KEYS:
        with suppress(InputError):
            yield kept_runs.store().entry(str(st.session_state.get(key, "")))


def _compared(one: Kept, other: Kept) -> None:
    store, names = kept_runs.store(), names_of(one, other)
    first, second = store.open(one.id), store.open(other.id)
    score_table.show(scores(first, second), *names)
    st.caption(
        "Complexity after removal and raw, each by its own recipe. Places are by the former."
    )
    _differences(first, second, names)
    _maps(first, second, names)


def names_of(first: Kept, second: Kept) -> tuple[str, str]:
    """What tells two runs apart, in the fewest words."""
    for name in ("label.name", "picture", "model", "target"):
        one, other = (attrgetter(name)(run) for run in (first, second))
        if one and other and one != other:
            return one, other
    for seconds in (False, True):
        one, other = (clock.told(run.created, seconds=seconds) for run in (first, second))
        if one != other:
            return one, other
    return pair.EACH


def _differences(first: Run, second: Run, names: tuple[str, str]) -> None:
    found = [difference_words.told(one) for one in changes(first, second)]
    if found:
        st.markdown("**What else differs**")
        rows = [[text.plain(cell) for cell in row] for row in found]
        columns = ["What", *map(text.plain, names)]
        st.table(pd.DataFrame(rows, columns=columns), border="horizontal", hide_index=True)


def _maps(first: Run, second: Run, names: tuple[str, str]) -> None:
    """Both maps of each method and, where they are of one picture, their difference."""
    alike = _differing(first, second)
    for name, found in alike.items():
        st.markdown(f"**{text.title_of(name)}**  \n:small[{text.plain(pair.figures(found))}]")
        pair.show(
            (first, second),
            found,
            span=pair.span_of(alike.values()),
            names=names,
            key=f"compared-{name}",
        )
    apart = [*_tiles(first, names[0], alike), *_tiles(second, names[1], alike)]
    if apart:
        map_grid.show(apart, key="compared", tile_width=180)


def _differing(first: Run, second: Run) -> dict[str, MapDifference]:
    if first.picture_sha256 != second.picture_sha256:
        return {}
    found = {}
    for name, one in first.attributions.items():
        other = second.attributions.get(name)
        if other is None:
            continue
        shapes = (
            canonicalise(values, run.recipe).shape
            for values, run in ((one, first), (other, second))
        )
        if len(set(shapes)) == 1:
            found[name] = map_difference(one, other, (first.recipe, second.recipe))
    return found


def _tiles(run: Run, which: str, shown: Collection[str]) -> list[map_grid.Tile]:
    return [
        tiles.of_map(
            run,
            canonicalise(one, run.recipe)[0],
            tiles.Look(),
            title=title_of(name),
            note=f"{which} · {_told(run.scores[name].after)}",
        )
        for name, one in run.attributions.items()
        if name not in shown
    ]


def _told(score: float) -> str:
    return f"{score:.3f} nats" if np.isfinite(score) else "no score"
