"""The statistics of a study, computed once for what they depend on."""

from __future__ import annotations

import numpy as np
import streamlit as st

from xai_core.scores import statistics as study_statistics
from xai_core.scores.bootstrap import Band, band
from xai_core.scores.statistics import Statistics


@st.cache_data(max_entries=8, show_spinner=False)
def bands(curves: np.ndarray) -> Band:
    """Means and intervals of `[P, M, Q]`, at all quantiles."""
    return band(curves)


@st.cache_data(max_entries=64, show_spinner=False)
def statistics(scores: np.ndarray, lower: bool = True) -> Statistics:
    """Of `[P, M]`, one score a picture and method. lower: whether a lower one is better."""
    return study_statistics.statistics(scores, lower)
