"""A kept comparison of two models on screen, opened from an address."""

from __future__ import annotations

import streamlit as st

from components.runs.link import FIRST, SECOND
from components.session import kept_runs, problem, run_source
from components.session.state.workspace import Workspace
from components.tuning import quantile
from xai_core.base.errors import XaiError
from xai_core.compare.comparison import ModelPair
from xai_core.compare.kept import kept_pair


def follow(space: Workspace) -> None:
    """Open the pair that the address names, once; then keep the one on screen in the address."""
    pairing = space.pairing
    ids = st.query_params.get(FIRST, ""), st.query_params.get(SECOND, "")
    if all(ids) and ids not in (pairing.ids, pairing.addressed):
        try:
            found = kept_pair(kept_runs.store(), *ids)
        except XaiError as error:
            problem.show(error)
            return
        pairing.pair, pairing.ids, pairing.opened = found, ids, True
        _choose(space, found)
        quantile.choose(space, st.query_params.get(quantile.KEY))
        space.quantile_page = ""  # the slider takes it, as on a change of pages
    pairing.addressed = pairing.ids
    if pairing.ids is not None:
        st.query_params[FIRST], st.query_params[SECOND] = pairing.ids
        return
    for word in {FIRST, SECOND} & {*st.query_params}:  # of a comparison that is gone
        del st.query_params[word]


def _choose(space: Workspace, pair: ModelPair) -> None:
    """The same models, as far as they are in this session."""
    first, second = (run_source.model_of(space, one.run) for one in (pair.first, pair.second))
    if first is not None:
        space.source = first
    space.pairing.second = second
