"""The ranking as a table, and in a sentence who overtook whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from components.maps.tiles import title_of
from components.ranking import localisation
from components.session import percent, text
from components.tuning.view import View
from xai_core.base.finding import by_reason
from xai_core.runs.run import Run, Score
from xai_core.scores.headline import Headline
from xai_core.scores.headline import headline as told_of
from xai_core.scores.margin import spreads_of
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.ranking import Ranking, ceiling, rank
from xai_core.scores.seeds import SeedScores

SEEDS = "± seeds"
SEEDS_HELP = "Standard deviation of the score after removal over the seeds that were computed."
NATS = ("After removal", "Raw", SEEDS)
LIT = "exp(H)/N"
SHARES = (LIT, *localisation.COLUMNS)


def rankings(scores: Mapping[str, Score], pixels: int) -> tuple[Ranking, Ranking]:
    """The rankings before removal and after it."""
    raw = rank({name: one.raw for name, one in scores.items()}, pixels=pixels)
    after = rank({name: one.after for name, one in scores.items()}, pixels=pixels)
    return raw, after


def show(run: Run, view: View, quantile: float, marks: Mapping[str, str] | None = None) -> None:
    """Draw the table; beside Complexity the localisation, where the truth is known.

    Args:
        marks: what its controls say against a method.
    """
    import pandas as pd  # with Arrow 70 MB, which the first page does without

    rows = [
        {name: percent.of(value) if name in SHARES else value for name, value in row.items()}
        for row in _rows(run, view, marks or {})
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=_columns(rows), placeholder="–")
    _caption(run, view, quantile)


def show_plain(run: Run, view: View, quantile: float) -> None:
    """Draw the same numbers as a table of text."""
    rows = _rows(run, view, {})
    with st.container(horizontal=True, wrap=False):  # on a phone it scrolls, and not the page
        # With a heading, whose link the keyboard finds: it could not scroll what has none.
        st.markdown(f"### Ranking\n\n{plain(rows)}", width="content")
    _caption(run, view, quantile)


def plain(rows: list[dict[str, Any]]) -> str:
    """Rows as a table in Markdown; columns that are empty throughout are left out."""
    columns = [name for name in _columns(rows) if any(_told(row, name) for row in rows)]
    columns.insert(1, "Method")
    if any(row.get("Note") for row in rows):
        columns.append("Note")
    right = [name not in ("Method", "Note") for name in columns]
    lines = [
        ["Place raw" if name == "Was" else name for name in columns],
        ["---:" if numbers else ":---" for numbers in right],
        *([_told(row, name) for name in columns] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _told(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.4f}" if name in NATS else f"{value:.2%}"
    return text.plain(value)  # a layer's name is no Markdown


def _rows(run: Run, view: View, told: Mapping[str, str]) -> list[dict[str, Any]]:
    raw, after = rankings(view.scores, view.pixels)
    was = {entry.name: entry for entry in raw.entries}
    seeds = run.seeds_by(view.recipe)
    rows: list[dict[str, Any]] = [
        {
            "Place": entry.place,
            "Method": title_of(entry.name),
            "After removal": entry.score,
            "Was": was[entry.name].place,
            "Raw": was[entry.name].score,
            **_moved(seeds, entry.name, view.quantile),
            LIT: entry.effective_share,
            **localisation.cells(view.localisations.get(entry.name)),
            "Note": (view.causes if entry.place is None else told).get(entry.name, ""),
        }
        for entry in after.entries
    ]
    rows += [
        {"Method": ", ".join(map(title_of, names)), "Note": reason}
        for reason, names in by_reason(run.failures).items()
    ]
    return rows


def _moved(seeds: SeedScores | None, name: str, quantile: float) -> dict[str, float]:
    if seeds is None or name not in seeds.curves:
        return {}
    return {SEEDS: seeds.deviation(name, quantile)[1]}


def _caption(run: Run, view: View, quantile: float) -> None:
    pixels = view.pixels
    definition = METRICS["complexity"].definition
    st.caption(
        f"{definition} N = {pixels:,}, so at most ln N = {np.log(pixels):.3f}; after removal at "
        f"{quantile:.2f} no map, not even noise, exceeds ln((1−q)N) = "
        f"{ceiling(quantile, pixels):.3f}. Lower is more focused, which is not the same as right. "
        f"exp(H)/N is the share of pixels that an even map of the same Complexity would light."
    )
    localisation.caption(run, view)


def headline(run: Run, view: View) -> Headline:
    """Who overtook whom, who leads, or that it is too close to call; and the figures.

    The run's draws, or its further seeds, tell how far another seed would move a score.
    """
    raw, after = rankings(view.scores, view.pixels)
    spreads = spreads_of(run.attributions, view.quantile, run.seeds_by(view.recipe))
    return told_of(raw, after, spreads, title=text.title_of, strong=lambda one: f"**{one}**")


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        "Place": number(width="small", help="1 is the least complex; ties share a place."),
        "Was": number("Place raw", width="small"),
        "After removal": number(format="%.4f"),
        "Raw": number(format="%.4f"),
        SEEDS: number(format="%.4f", help=SEEDS_HELP),
        LIT: number(format=percent.EXACT),
        **localisation.COLUMNS,
    }
    if not any(row.get("Note") for row in rows):
        columns["Note"] = None
    return columns
