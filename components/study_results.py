"""What many pictures say: a sentence, curves, places, tests, and the pictures that disagree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from components import band_chart, places_chart, reversals, study
from components.state import Workspace
from components.study_statistics import bands, statistics
from components.tiles import title_of
from xai_core.agreement import Concordance
from xai_core.bootstrap import FEW, Band
from xai_core.study import Table
from xai_core.study_entry import QUANTILES
from xai_core.study_statistics import Statistics

REFRESH_SECONDS = 3.0


def show(space: Workspace, quantile: float) -> None:
    """Draw what is known so far; while a study runs, it grows."""
    if space.many.job is None:
        _show(space, quantile)
    else:
        st.fragment(_show, run_every=REFRESH_SECONDS)(space, quantile)


def _show(space: Workspace, quantile: float) -> None:
    table = study.known(space)
    if table is None or not np.isfinite(table.curves).any():
        st.info("There is no result yet.", icon=":material/hourglass_empty:")
        return
    names = [title_of(name) for name in space.chosen]
    at = int(np.abs(QUANTILES - quantile).argmin())
    found, here = bands(table.curves), statistics(table.at(quantile))
    st.markdown(f"#### {headline(names, found, at, here)}")
    st.caption(_counts(table, here))
    band_chart.show(names, found, quantile, key="many-bands")
    left, right = st.columns(2)
    with left:
        st.markdown("##### Places")
        places_chart.show(names, here, key="many-places")
    with right:
        st.markdown("##### Agreement of the pictures")
        st.markdown(in_words(here.concordance))
    _tests(names, here)
    reversals.show(space, table, here)
    _causes(space, table, names)


def headline(names: Sequence[str], found: Band, at: int, here: Statistics) -> str:
    """Who has the lowest mean, on how many pictures it leads, and how sure the mean is."""
    if not here.order:
        return f"No map has a score at q = {QUANTILES[at]:.2f}."
    best = here.order[0]
    mean, low, high = (one[best, at] for one in (found.mean, found.low, found.high))
    sure = f"[{low:.2f}, {high:.2f}] nats" if np.isfinite(low) else "nats, of one picture alone"
    told = f"has the lowest mean Complexity at q = {QUANTILES[at]:.2f}: {mean:.2f} {sure}"
    if not here.places.pictures:
        return f"**{names[best]}** {told}."
    firsts = here.places.shares[:, 0] * here.places.pictures
    most = int(np.nanargmax(firsts))
    total = here.places.pictures
    if firsts[most] > firsts[best]:
        return (
            f"**{names[best]}** {told}; **{names[most]}** is the least complex most often, on "
            f"{firsts[most]:.0f} of {total} pictures."
        )
    return (
        f"**{names[best]}** is the least complex on {firsts[best]:.0f} of {total} "
        f"{_pictures(total)} at q = {QUANTILES[at]:.2f}; mean {mean:.2f} {sure}."
    )


def in_words(found: Concordance) -> str:
    """Kendall's W and what it means."""
    if np.isnan(found.w):
        return (
            "Kendall's W is undefined: it takes two pictures and two methods with scores, and an "
            "order among them."
        )
    p = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    return (
        f"**Kendall's W = {found.w:.2f}**: {found.strength} agreement on the order of "
        f"{found.methods} methods over {found.pictures} {_pictures(found.pictures)} "
        f"(1: all have the same order, 0: there is no common one).  \n"
        f"Friedman test: χ² = {found.chi2:.1f}, {p}."
    )


def _counts(table: Table, here: Statistics) -> str:
    notes = [
        f"Over the {table.done} of {len(table.raw)} pictures that are computed.",
        "Means with 95 % BCa bootstrap intervals, each method over the pictures that it has a "
        "score on.",
    ]
    if here.places.left_out:
        notes.append(
            f"Places and W leave out {here.places.left_out}, on which a method has no score."
        )
    if 1 < table.done < FEW:
        notes.append(f"With fewer than {FEW} pictures the intervals are too narrow.")
    notes.append("Complexity by the sweep, equal to Quantus to 1e-5 nats.")
    return " ".join(notes)


def _tests(names: Sequence[str], here: Statistics) -> None:
    if not here.neighbours:
        return
    st.markdown("##### Neighbours in the order of means")
    rows = [
        {
            "Lower": names[one.front],
            "Higher": names[one.back],
            "Difference": one.difference,
            "95 % interval": f"{one.low:.3f} to {one.high:.3f}" if np.isfinite(one.low) else "–",
            "p": _p(one.p),
            "p (Holm)": _p(one.adjusted),
            "Effect": one.effect,
            "Reversed on": f"{len(one.reversed_on)} of {one.pictures}",
            "Left out": one.left_out,
        }
        for one in here.neighbours
    ]
    number = st.column_config.NumberColumn
    columns = {
        "Difference": number(format="%.3f", help="Mean difference in nats."),
        "Effect": number(
            format="%.2f",
            help="Matched-pairs rank-biserial correlation: 1 where the order is the same on all "
            "pictures, 0 where neither leads.",
        ),
        "Left out": number(help="Pictures on which one of the two has no score."),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)
    st.caption(
        "Wilcoxon signed-rank test on the pictures that both have a score on, two-sided; Holm's "
        "correction over all rows. The order of the rows comes from the same pictures, so p is a "
        "guide and no proof."
    )


def _causes(space: Workspace, table: Table, names: Sequence[str]) -> None:
    if not table.causes:
        return
    pictures = study.subjects(space)
    with st.expander(f"{len(table.causes)} maps without a score", icon=":material/block:"):
        rows = [
            {"Picture": pictures[row].name, "Method": names[column], "Why": why}
            for (row, column), why in table.causes.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def _p(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"
