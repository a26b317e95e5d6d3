"""For every method: may it run on this model, and if so what it costs; if not, why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from components.methods import cost
from components.session import problem, text
from components.session.state.workspace import Workspace
from xai_core.readiness.result import Verdict

ROW, SEEN = 28, 11  # pixels of a row; rows that are seen without scrolling
ABOVE = "for the reason above"
ALT = "Methods that can run, with the passes and seconds that each takes"
PASSES = "How often the model is run for one map, forward and, for gradients, backward."
SECONDS = (
    "Measured, where a map of this model is on screen. Else estimated from one measured pass on "
    "this machine, one sample at a time; batches make it faster."
)


def show(space: Workspace, verdict: Verdict) -> None:
    """Draw it at the present settings of each method; a reason stands there once."""
    rows = [_row(space, verdict, name) for name, one in verdict.methods.items() if one.available]
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            placeholder="–",
            height=(1 + min(len(rows), SEEN)) * ROW + 3,
            row_height=ROW,
            alt=ALT,
            column_config={
                "Passes": st.column_config.NumberColumn(format="localized", help=PASSES),
                "Time": st.column_config.TextColumn(help=SECONDS),
            },
        )
    else:
        st.caption("No method can run on this model.")
    said = {one.message for one in verdict.findings if one.severity == "error"}
    for reason, names in verdict.refusals.items():
        titles = ", ".join(map(text.title_of, names))
        told = ABOVE if reason in said else reason
        st.caption(f":material/block: **{titles}** — {problem.plain(told)}")


def _row(space: Workspace, verdict: Verdict, name: str) -> dict[str, object]:
    time, measured = cost.seconds(space, verdict, name)
    told = cost.told_time(time) if measured else f"≈ {cost.told_time(time)}"
    return {
        "Method": title_of(name),
        "Passes": cost.passes(space, verdict, name),
        "Time": told,
    }
