"""What many pictures say: a sentence, curves, places, tests, and the pictures that disagree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from components.pictures import (
    band_chart,
    choice,
    export,
    maps_choice,
    places_chart,
    reversals,
)
from components.pictures import sheet as study_sheet
from components.pictures import table as pictures
from components.pictures.metrics import table as metrics
from components.ranking.statistics import bands, statistics
from components.session import problem, text
from components.session.state.workspace import Workspace
from xai_core.scores.bootstrap import FEW, Band
from xai_core.scores.paired import too_close
from xai_core.scores.statistics import Statistics, agreement, headline
from xai_core.studies.entry import QUANTILES
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Table

REFRESH_SECONDS = 1.5
NOTHING = "There is no result yet."
COMPUTE = f"{NOTHING} *Compute* gives each picture a score by each method."


def show(space: Workspace, quantile: float) -> None:
    """Draw what is known so far; while a study runs, it grows."""
    if space.study_state.job is None:
        _show(space, quantile)
    else:
        st.fragment(_show, run_every=REFRESH_SECONDS)(space, quantile)


def there(space: Workspace) -> bool:
    """Whether there is a result, or one on its way: what the quantile moves."""
    state = space.study_state
    if state.job is not None or state.opened is not None:
        return True
    if state.study is None or not space.chosen:
        return False
    given, seen = choice.methods(space).items(), choice.subjects(space)
    return any(state.study.entry(picture.sha256, *one) for picture in seen for one in given)


def _show(space: Workspace, quantile: float) -> None:
    reversals.follow(space)
    pictures.show(space, quantile, space.study_state.opened)
    sheet = study_sheet.on_screen(space)
    if sheet is None:
        ready = space.study_state.job is None and space.chosen and choice.subjects(space)
        st.info(COMPUTE if ready else NOTHING, icon=":material/hourglass_empty:")
        return
    table, names = sheet.table, [title_of(name) for name in sheet.methods]
    at = int(np.abs(QUANTILES - quantile).argmin())
    found, here = bands(table.curves), statistics(table.at(quantile))
    export.show(space, sheet, quantile)
    if comparable(here.scores):
        _headline(names, here, float(QUANTILES[at]))
    else:
        st.markdown("Two methods with scores on the same picture can be compared.")
    st.caption(problem.plain(_counts(table, here, found)))
    band_chart.show(names, found, quantile, key="many-bands")
    left, right = st.columns(2)
    with left:
        st.markdown("### Places")
        places_chart.show(names, here, key="many-places")
    with right:
        st.markdown("### Agreement of the pictures")
        st.markdown("  \n".join(map(problem.plain, agreement(here.concordance))))
    _tests(names, here)
    metrics.show(table, names)
    maps_choice.offer(space)
    reversals.show(space, sheet, here)
    _causes(sheet, names)


def _headline(names: Sequence[str], here: Statistics, quantile: float) -> None:
    told, doubt = headline(names, here, quantile), too_close(here.neighbours, names)
    if doubt is None:
        st.markdown(f"## {problem.plain(told)}.")
        return
    st.markdown(f"## {problem.plain(doubt[0])}.")
    st.markdown(problem.plain(f"{doubt[1]} {told}."))


def comparable(scores: np.ndarray) -> bool:
    """Whether two methods have scores on the same picture. scores: `[P, M]`."""
    return bool((np.isfinite(scores).sum(1) >= 2).any())


def _over(table: Table) -> str:
    """Which pictures the figures are of."""
    if table.done < len(table.raw):
        total, verb = text.counted(len(table.raw), "picture"), "is" if table.done == 1 else "are"
        return f"Over the {table.done} of {total} that {verb} computed."
    return "Over one picture." if table.done == 1 else f"Over all {table.done} pictures."


def _counts(table: Table, here: Statistics, found: Band) -> str:
    notes = [
        _over(table),
        f"Means with 95 % {here.means.told}, each method over the pictures that it has a score on.",
    ]
    if found.kind != here.means.kind:
        notes.append("Those at all quantiles are by normal theory, for there are very many scores.")
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
    st.markdown("### Neighbours in the order of means")
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
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns, placeholder="–")
    st.caption(
        "Wilcoxon signed-rank test on the pictures that both have a score on, two-sided; Holm's "
        "correction over all rows. The order of the rows comes from the same pictures, so p is a "
        "guide and no proof."
    )


def _causes(sheet: StudyResult, names: Sequence[str]) -> None:
    if not sheet.table.causes:
        return
    without = text.counted(len(sheet.table.causes), "map")
    with st.expander(f"{text.plain(without)} without a score", icon=":material/block:"):
        rows = [
            {"Picture": sheet.pictures[row].name, "Method": names[column], "Why": why}
            for (row, column), why in sheet.table.causes.items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–")


def _p(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
