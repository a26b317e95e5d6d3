"""The tuning bench: drag the baseline, and maps, histograms, scores and ranking follow at once.

The browser holds the maps before removal and computes while the slider moves. When it is let go,
Python computes the same with Quantus; that value is the final one, and a difference is shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from components import modules, quantile
from components.comparison import View
from components.state import Workspace
from components.tuning_bench import payload

_FOLDER = Path(__file__).parent
_STYLES = sorted((_FOLDER / "css").glob("*.css"))
_bench = st.components.v2.component(
    "pedestal_tuning_bench",
    css="\n".join(style.read_text(encoding="utf-8") for style in _STYLES),
    js=modules.joined(_FOLDER / "js" / "bench.js"),
)


def show(space: Workspace, view: View, *, key: str, cards: bool = True) -> None:
    """Draw slider, ranking and sweep of the run on screen, and with `cards` every map.

    The maps travel as one message of their own: Streamlit sends a message that a browser has
    already by its hash alone, so that a change of the quantile sends a few hundred bytes.
    """
    if not view.before:
        st.info("The run on screen has no map.", icon=":material/info:")
        return
    maps = payload.of(space.run, view)
    with st.container(gap=None, key=f"{key}-place"):
        _bench(data=maps.data, key=f"{key}-maps")
        _bench(
            data=_told(view, maps.digest, cards),
            key=key,
            on_quantile_change=lambda: _take(space, key),
        )


def _told(view: View, digest: str, cards: bool) -> dict[str, Any]:
    scores = {
        name: {"raw": _number(one.raw), "after": _number(one.after)}
        for name, one in view.scores.items()
    }
    return {
        "digest": digest,
        "quantile": view.quantile,
        "highest": quantile.HIGHEST,
        "scores": scores,
        "cards": cards,
    }


def _number(score: float) -> float | None:
    return score if np.isfinite(score) else None  # JSON knows no NaN


def _take(space: Workspace, key: str) -> None:
    quantile.choose(space, st.session_state[key]["quantile"]["value"])
