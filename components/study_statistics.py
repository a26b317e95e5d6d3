"""The statistics of a study, computed once for what they depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from xai_core.agreement import Concordance, Places, Table, concordance, places
from xai_core.bootstrap import Band, band
from xai_core.paired import Comparison, mean_order, neighbours


@dataclass(frozen=True)
class Statistics:
    """At one quantile. order: columns with a score by their means, best first."""

    scores: Table
    order: tuple[int, ...]
    places: Places
    concordance: Concordance
    neighbours: tuple[Comparison, ...]


@st.cache_data(max_entries=8, show_spinner=False)
def bands(curves: np.ndarray) -> Band:
    """Means and intervals of `[P, M, Q]`, at all quantiles."""
    return band(curves)


@st.cache_data(max_entries=64, show_spinner=False)
def statistics(scores: np.ndarray) -> Statistics:
    """Of `[P, M]`, one score a picture and method."""
    return Statistics(
        scores, mean_order(scores), places(scores), concordance(scores), neighbours(scores)
    )
