"""Two kept runs side by side: scores, places, what differs, and the maps of both."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from components import kept_runs, map_grid, tiles
from components.tiles import title_of
from xai_core.canonical import canonicalise
from xai_core.run_difference import changes, scores
from xai_core.run_entry import Kept
from xai_core.runs import Run


def show(runs: tuple[Kept, ...]) -> None:
    """Draw the choice of two runs, and what they differ in."""
    runs = tuple(one for one in runs if not one.study)
    if len(runs) < 2:
        return
    with st.expander("Compare two runs", icon=":material/compare_arrows:"):
        named = {one.id: f"{one.title} · {one.created[:16].replace('T', ' ')}" for one in runs}
        columns = st.columns(2)
        ids = [
            column.selectbox(
                label, list(named), index=place, format_func=lambda one: named.get(one, one)
            )
            for place, (column, label) in enumerate(zip(columns, ("First", "Second"), strict=True))
        ]
        if ids[0] == ids[1]:
            st.info("Choose two different runs.", icon=":material/info:")
            return
        store = kept_runs.store()
        first, second = store.open(ids[0]), store.open(ids[1])
        st.dataframe(_scores(first, second), hide_index=True)
        st.caption(
            "Complexity after removal, each by its own recipe. Moved: places gained (+) or lost."
        )
        _differences(first, second)
        map_grid.show(
            [*_tiles(first, "first"), *_tiles(second, "second")], key="compared", tile_width=180
        )


def _scores(first: Run, second: Run) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Method": title_of(row.method),
            "First": row.first,
            "Second": row.second,
            "Place in first": row.first_place,
            "Place in second": row.second_place,
            "Moved": row.moved,
        }
        for row in scores(first, second)
    )


def _differences(first: Run, second: Run) -> None:
    found = changes(first, second)
    if found:
        st.dataframe(
            pd.DataFrame(
                {"What": one.what, "First": str(one.first), "Second": str(one.second)}
                for one in found
            ),
            hide_index=True,
        )


def _tiles(run: Run, which: str) -> list[map_grid.Tile]:
    return [
        tiles.of_map(
            run,
            canonicalise(one, run.recipe)[0],
            tiles.Look(),
            title=title_of(name),
            note=f"{which} · {_told(run.scores[name].after)}",
        )
        for name, one in run.attributions.items()
    ]


def _told(score: float) -> str:
    return f"{score:.3f} nats" if np.isfinite(score) else "no score"
