"""What `drag.py` compares with: the same maps with Streamlit's own slider and figures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from benchmarks._maps import maps
from xai_core import baseline_subtraction_norm, complexity

COUNT = 8
shown = st.cache_data(maps)


@st.fragment
def tuned() -> None:
    quantile = st.slider("Baseline quantile", 0.0, 0.99, 0.2, 0.01)
    after = np.stack([baseline_subtraction_norm(one, quantile) for one in shown(COUNT)])
    for place, (column, one) in enumerate(zip(st.columns(COUNT), after, strict=True)):
        column.image(one, caption=f"{place}: q = {quantile:.2f}", clamp=True)
    for one in after[:2]:
        st.bar_chart(np.histogram(one, 64)[0], height=160)
    st.bar_chart(complexity(after), height=160)
    st.text(f"shown: {quantile:.2f}")


tuned()
