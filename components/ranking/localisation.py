"""Localisation beside Complexity, where it is known what a map should show."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.session import percent
from components.tuning.view import View
from xai_core.demo.wafer.examples import truth_of
from xai_core.runs.run import Run
from xai_core.scores import localisation
from xai_core.scores.localisation import Localisation, on_grid

MASS, MASS_RAW, RANK = "Mass in defect", "Mass raw", "Rank accuracy"
COLUMNS: dict[str, Any] = {
    MASS: st.column_config.NumberColumn(format=percent.EXACT, help=localisation.MASS),
    MASS_RAW: st.column_config.NumberColumn(
        format=percent.EXACT, help="The same before the pedestal is removed."
    ),
    RANK: st.column_config.NumberColumn(
        format=percent.EXACT, help=f"{localisation.RANK} Before removal, which keeps the order."
    ),
}


def cells(found: Localisation | None) -> dict[str, float]:
    """A method's cells of the ranking; none where the truth is not known."""
    if found is None:
        return {}
    return {MASS: found.mass_after, MASS_RAW: found.mass_raw, RANK: found.rank}


def caption(run: Run, view: View) -> None:
    """Say what the columns are, and what a map without any knowledge would score."""
    mask = truth_of(run.pixels)
    if mask is None:
        return
    share = on_grid(mask, view.recipe).mean()
    st.caption(
        f"The defect of this picture is known; it covers {share:.2%} of it. *{MASS}* is the share "
        f"of a map that lies in it, after removal; a flat map scores {share:.2%}. *{RANK}*: of as "
        f"many highest pixels as the defect has, the share that lies in it. Higher is better. "
        f"Computed by Quantus ({localisation.CITATION})."
    )
