"""For every method: may it run on this model, why not, and what it would cost."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from components.session.state.workspace import Workspace
from xai_core.readiness import estimated_seconds
from xai_core.readiness.result import Verdict


def show(space: Workspace, verdict: Verdict) -> None:
    """Draw the matrix at the present settings of each method; a reason stands there once."""
    rows = [
        {
            "Method": title_of(name),
            "Available": True,
            "Estimated": _told(estimated_seconds(verdict, name, space.parameters(name))),
            "Why not": "",
        }
        for name, found in verdict.methods.items()
        if found.available
    ]
    rows += [
        {
            "Method": ", ".join(map(title_of, names)),
            "Available": False,
            "Estimated": "",
            "Why not": reason,
        }
        for reason, names in verdict.refusals.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")
    st.caption(
        "Estimated from one measured forward and backward pass on this machine, one sample at a "
        "time; batches make it faster."
    )


def _told(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
