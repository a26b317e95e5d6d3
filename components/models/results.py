"""What two models differ in on one picture: prediction, maps, places, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from components.maps import pair as map_pair
from components.maps import tiles
from components.model.tabs.findings import ICONS
from components.model.verdict import BADGES
from components.models import bar
from components.ranking import score_table
from components.session import backend, percent, problem, text
from components.session.state.workspace import Workspace
from components.widgets import map_grid
from xai_core.base.finding import Finding, by_reason
from xai_core.compare import order
from xai_core.compare.comparison import ModelPair
from xai_core.compare.headline import headline
from xai_core.compare.predictions import PredictionDifference
from xai_core.maps.difference import MapDifference
from xai_core.maps.recipe import Recipe
from xai_core.runs.difference import places
from xai_core.runs.run import Run, Score

NAMES = ("A", "B")
ROUNDING = 1e-6  # of a score: a difference below is none


def show(space: Workspace, quantile: float) -> None:
    """Draw the comparison on screen, seen through the session's recipe at a quantile."""
    pair = space.pairing.pair
    if pair is None:
        return
    recipe = replace(space.recipe, quantile=quantile)
    maps = pair.maps(recipe)
    bar.show(space, pair, recipe)
    st.markdown(f"## {text.plain(headline(pair, maps))}")
    runs = _on_common_ground(pair, recipe)
    photo, table = st.columns([1, 2], gap="medium")
    with photo:
        _photos(runs)
    with table:
        _prediction(pair.prediction)
    _maps(pair, runs, maps)
    st.subheader("Places and Complexity", divider="gray")
    _places(pair, recipe)
    st.subheader("Readiness", divider="gray")
    _verdict(pair)


def _photos(runs: tuple[Run, Run]) -> None:
    """The picture as both models see it, or as each does."""
    explained = [f"{n}: {run.target_label}" for n, run in zip(NAMES, runs, strict=True)]
    shown = [
        replace(tiles.photo(run), note=told) for run, told in zip(runs, explained, strict=True)
    ]
    if np.array_equal(tiles.cut(runs[0]), tiles.cut(runs[1])):
        shown = [replace(shown[0], note=" · ".join(explained))]
    map_grid.show(shown, key="pair-photos", tile_width=150, group=map_pair.GROUP)
    if len(shown) > 1:
        st.caption(
            "Each model gets an input of its own; the maps are compared on the coarser grid, over "
            "the part of the picture that both see."
        )


def _maps(pair: ModelPair, runs: tuple[Run, Run], maps: Mapping[str, MapDifference]) -> None:
    span = map_pair.span_of(maps.values())
    for name, found in maps.items():
        st.markdown(f"**{text.title_of(name)}**  \n:small[{text.plain(map_pair.figures(found))}]")
        map_pair.show(runs, found, span=span, names=NAMES, key=f"pair-{name}")
    for index, side in enumerate(NAMES):
        reasons = {name: both[index] for name, both in pair.failures.items()}
        missing = {name: why for name, why in reasons.items() if why}
        for why, names in by_reason(missing).items():
            titles = ", ".join(map(text.title_of, names))
            told = f"**{titles}** gave no map in {side}. {problem.plain(why)}"
            st.warning(told, icon=":material/block:")
    st.caption(
        "A and B share one scale in each method; all differences share one, in two hues. Rank "
        "correlation (Spearman), SSIM and cosine are of the maps before the baseline is removed; "
        "1 is the same map."
    )


def _on_common_ground(pair: ModelPair, recipe: Recipe) -> tuple[Run, Run]:
    """The runs with the part of the picture that is compared as their content."""
    one, other = pair.recipes(recipe)
    first, second = pair.first.run, pair.second.run
    return (
        replace(first, content=one.crop or first.content),
        replace(second, content=other.crop or second.content),
    )


def _prediction(found: PredictionDifference) -> None:
    rows = [
        {
            "Class": one.label,
            "A": percent.of(one.probability[0]),
            "B": percent.of(one.probability[1]),
            "Score in A": one.score[0],
            "Score in B": one.score[1],
            "B − A": one.difference,
        }
        for one in found.classes
    ]
    share = percent.column(width="small")
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {"A": share, "B": share} if len(rows) > 1 else {"A": None, "B": None}
    columns |= {name: number(format="%.4f") for name in ("Score in A", "Score in B")}
    columns["B − A"] = number(format="%.3g", help="Of the scores, as the models give them.")
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, placeholder="–")
    if found.largest is None:
        st.caption(
            "The classes cannot be matched: their numbers differ, and no names are in common."
        )
        return
    how = "by name" if found.by_name else "by number"
    most = text.plain(_signed(found.largest.difference or 0.0))
    st.caption(
        f"Largest difference of a score over all {found.matched:,} classes in both, matched {how}: "
        f"{most} ({problem.plain(found.largest.label)})."
    )


def _signed(value: float) -> str:
    """With its sign; what is but rounding is called so."""
    return f"{value:+.3g}".replace("-", "−", 1) if abs(value) >= ROUNDING else "below 1e-6"


def _places(pair: ModelPair, recipe: Recipe) -> None:
    first, second = (
        _scores(pair, side.run, own)
        for side, own in zip((pair.first, pair.second), pair.recipes(recipe), strict=True)
    )
    if not first:
        st.caption("No method has a map in both models.")
        return
    score_table.show(places(first, second), *NAMES)
    level = float(recipe.quantile or 0)
    found = order.changes_of_place((pair.first.run, pair.second.run), (first, second), level)
    st.caption(
        f"{order.told(found, title=text.title_of)}. Complexity in nats, after "
        f"removal at {recipe.quantile:.2f} and raw, on the grid that both share; places are by the "
        "former."
    )


def _scores(pair: ModelPair, run: Run, recipe: Recipe) -> dict[str, Score]:
    shared = {name: run.attributions[name] for name in pair.methods}
    if not shared:
        return {}
    known = backend.scores(replace(run, attributions=shared), recipe)
    return {name: known[name] for name in shared}


def _verdict(pair: ModelPair) -> None:
    found = pair.verdict
    sides = zip(
        st.columns(2), NAMES, found.levels, (found.only_first, found.only_second), strict=True
    )
    for column, side, level, findings in sides:
        with column:
            name, colour, icon = BADGES[level]
            st.badge(f"{text.plain(side)}: {name}", color=colour, icon=icon)
            _findings(side, findings)
    for methods, has, lacks in ((found.lost, "A", "B"), (found.gained, "B", "A")):
        for why, names in by_reason(methods).items():
            titles = ", ".join(map(text.title_of, names))
            st.markdown(
                f"Only in {text.plain(has)}: **{titles}**. {text.plain(lacks)}: {text.plain(why)}"
            )
    if found.same:
        st.caption("Level, findings and available methods are the same.")


def _findings(side: str, findings: tuple[Finding, ...]) -> None:
    for one in findings:
        st.markdown(
            f"{ICONS[one.severity]} **`{text.code(one.code)}`** only in {text.plain(side)}. "
            f"{text.plain(one.message)}"
        )
