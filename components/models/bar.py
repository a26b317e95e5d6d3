"""Whose comparison is on screen, whether it is what is chosen, and *Share*."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from components.methods.changes import Change
from components.models import job
from components.result import bar, facts
from components.result.share import Offer
from components.runs import copy_link, export, link
from components.session import text
from components.session.state.workspace import Workspace
from xai_core.compare.comparison import ModelPair
from xai_core.maps.recipe import Recipe
from xai_core.report.pair.subject import PairSubject
from xai_core.runs.manifest import maps_digest


def show(space: Workspace, pair: ModelPair, recipe: Recipe) -> None:
    """Draw it. recipe: with the quantile."""
    pairing, level = space.pairing, float(recipe.quantile or 0)
    stale = not job.up_to_date(space) and not pairing.opened
    state: bar.Badge = "kept" if pairing.opened else "changed" if stale else "current"
    bar.draw(
        facts.of_pair(pair, level),
        "computing" if pairing.job is not None else state,
        lambda: _offer(space, pair, recipe),
        key="models",
        run_id=pairing.ids[0] if pairing.ids else None,
        changed=(lambda: _changed(space, pair)) if stale else None,
    )


def _changed(space: Workspace, pair: ModelPair) -> None:
    told = [one.told for one in _changes(space, pair)] or ["what is explained, or by which methods"]
    st.markdown(
        f"Chosen since this was computed: {text.listed(told)}. *Compute* above compares that."
    )


def _changes(space: Workspace, pair: ModelPair) -> Iterator[Change]:
    first, second = pair.first.run, pair.second.run
    for what, before, after in (
        ("A", first.model, space.source),
        ("B", second.model, space.pairing.second or "none"),
        ("picture", first.picture, space.photo),
    ):
        if before != after:
            yield Change(what, before, after)


def _offer(space: Workspace, pair: ModelPair, recipe: Recipe) -> Offer:
    ids, run = space.pairing.ids, pair.first.run

    def subject(methods: Sequence[str], told: str, leads: str) -> PairSubject:
        return PairSubject(pair, recipe, tuple(methods), told, leads)

    models = f"{run.model[:18]}-{pair.second.run.model[:18]}"
    return Offer(
        key="share-pair",
        name=maps_digest(run.attributions),
        run_id=ids[0] if ids else None,
        address=copy_link.address("models", link.of_pair(ids, space.quantile)) if ids else None,
        stem=export.stem(models, run.picture, run.created),
        subject=subject,
        methods=list(pair.methods),
    )
