"""The tuning bench: drag the baseline, and maps, histograms, scores and ranking follow at once.

The browser holds the maps before removal and computes while the slider moves. When it is let go,
Python computes the same with Quantus; that value is the final one, and a difference is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from components.maps import tiles
from components.session import backend
from components.session.state.workspace import Workspace
from components.tuning import quantile
from components.tuning.view import View
from xai_core import bench
from xai_core.attribution.relevance.conservation import unranked_of
from xai_core.bench import payload
from xai_core.bench.payload import QUANTILES, Maps
from xai_core.runs.run import Run

_bench = st.components.v2.component("pedestal_tuning_bench", css=bench.styles(), js=bench.script())


def show(
    space: Workspace, view: View, *, key: str, cards: bool = True, maps_first: bool = False
) -> None:
    """Draw slider, ranking and sweep of the run on screen, and with `cards` every map.

    Args:
        maps_first: the maps come before ranking and sweep.

    The maps travel as one message of their own: Streamlit sends a message that a browser has
    already by its hash alone, so that a change of the quantile sends a few hundred bytes.
    """
    if not view.before:
        st.info("The run on screen has no map.", icon=":material/info:")
        return
    maps = maps_of(space.run, view)
    with st.container(gap=None, key=f"{key}-place"):
        _bench(data=maps.data, key=f"{key}-maps")
        _bench(
            # In a list: Streamlit looks into a dictionary for data frames, by pandas.
            data=[_told(view, maps.digest, cards) | {"maps_first": maps_first, "turn": _turn(key)}],
            key=key,
            on_quantile_change=lambda: _take(space, key),
        )


def maps_of(run: Run, view: View) -> Maps:
    """The maps of the run on screen, as the browser gets them."""
    swept = backend.swept(np.stack(list(view.before.values())), QUANTILES)
    barred = unranked_of(run.attributions, view.before)
    curves = {
        name: curve * np.nan if name in barred else curve
        for name, curve in zip(view.before, swept, strict=True)
    }
    return payload.of(tiles.cut(run), view.before, curves, barred)


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
        "asks": True,
    }


def _number(score: float) -> float | None:
    return score if np.isfinite(score) else None  # JSON knows no NaN


def _turn(key: str) -> int | None:
    """Of the last question that has been heard: what is told now is the answer to it."""
    asked = st.session_state.get(key, {}).get("quantile")
    return asked["turn"] if asked else None


def _take(space: Workspace, key: str) -> None:
    quantile.choose(space, st.session_state[key]["quantile"]["value"])
