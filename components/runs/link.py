"""Links: the page, the run, the quantile, the methods and the view, as plain words in the address.

What comes from an address is checked word by word; what is none of the known values is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import urlencode

import streamlit as st

from components.maps import scale_pictures
from components.maps.heatmaps import PERCENTILES
from components.maps.scale import PER_MAP, SCOPES
from components.session import choice, kept_runs, problem
from components.session.keeping import view
from components.session.state import chosen as chosen_methods
from components.session.state.workspace import Workspace
from components.trust import metric_picker, metric_scatter, sections
from components.tuning import quantile, recipe_form
from xai_core.attribution.variants.names import base_of
from xai_core.base.errors import XaiError
from xai_core.maps.colours import DIVERGING, SEQUENTIAL
from xai_core.maps.recipe import Channels, Recipe, Sign
from xai_core.scores.metrics.base import METRICS

FIRST, SECOND = "first", "second"  # of two models
RUN, STUDY, METHODS, METRIC, VIEW = "run", "study", "methods", "metrics", "view"
SECTION = "section"
# Pages by the names that they had: links to them are kept in chats and papers.
MOVED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "baseline": ("tune", {}),
    "ranking": ("tune", {}),
    "controls": ("trust", {SECTION: "checks"}),
    "metrics": ("trust", {SECTION: "metrics"}),
}
# What `view` may say, by the key of the widget.
LOOKS: Mapping[str, tuple[Any, ...]] = {
    "opacity": tuple(round(0.05 * step, 2) for step in range(21)),
    "signed": (False, True),
    "sequential": SEQUENTIAL,
    "diverging": DIVERGING,
    "scale": tuple(SCOPES),
    "percentile": PERCENTILES,
    **dict.fromkeys(metric_scatter.AXES, tuple(METRICS.names())),
}
FOLLOWED = "address-followed"
for key, values in LOOKS.items():
    view.remember(key, values)
view.remember(metric_picker.KEY, METRICS.names(), several=True)
view.remember(sections.KEPT, tuple(sections.SECTIONS))
RECIPE: Mapping[str, tuple[Any, ...]] = {
    "channels": get_args(Channels),
    "sign": get_args(Sign),
    "grid": tuple(recipe_form.GRIDS),
}


def of(space: Workspace, page: str, study: str | None = None) -> str:
    """The query of the link to what is on screen.

    Args:
        page: its name in the address. study: the id of a kept study, which is all of the view.
    """
    level = space.quantile if space.quantile is not None else quantile.DEFAULT
    told = f"{level:.9g}"
    if study is not None:
        return urlencode({"page": page, STUDY: study, quantile.KEY: told})
    words = {"page": page, RUN: space.run_id or "", quantile.KEY: told}
    chosen = chosen_methods.shown(space)
    if chosen and chosen != list(space.run.attributions):
        words[METHODS] = ",".join(chosen)
    words |= _trust() if page == "trust" else {}
    words |= scale_pictures.words(space, SCOPES[st.session_state.get("scale", PER_MAP)])
    words[VIEW] = ",".join(f"{name}:{place}" for name, place in _view(space).items())
    return urlencode({name: word for name, word in words.items() if word}, safe=",:")


def _trust() -> dict[str, str]:
    """The section of the page Trust, and there what is not the default."""
    open_ = sections.current()
    metrics = list(st.session_state.get(metric_picker.KEY) or ())
    if open_ != "metrics" or not metrics or metrics == list(metric_picker.DEFAULT):
        return {SECTION: open_}
    return {SECTION: open_, METRIC: ",".join(metrics)}


def of_pair(ids: tuple[str, str], level: float | None) -> str:
    """The query of the link to a kept comparison of two models."""
    told = f"{quantile.DEFAULT if level is None else level:.9g}"
    return urlencode({"page": "models", FIRST: ids[0], SECOND: ids[1], quantile.KEY: told})


def follow(space: Workspace) -> None:
    """Open what the address names, once; then keep the run on screen in the address."""
    given = st.query_params.get(RUN)
    if FOLLOWED not in st.session_state:  # a new session, maybe of a workspace that was kept
        st.session_state[FOLLOWED] = True
        quantile.choose(space, st.query_params.get(quantile.KEY))
    if given and given not in (space.run_id, space.addressed):
        try:
            kept_runs.open_(space, given)
        except XaiError as error:
            problem.show(error)
            return  # said for as long as the address names it
        space.quantile = None
        quantile.choose(space, st.query_params.get(quantile.KEY))
    if given != space.addressed or {VIEW, METHODS, METRIC, SECTION} & {*st.query_params}:
        _take(space)
    space.addressed = space.run_id
    if space.run_id is not None and st.query_params.get(RUN) != space.run_id:
        st.query_params[RUN] = space.run_id
    elif space.run_id is None and RUN in st.query_params:
        del st.query_params[RUN]


def _take(space: Workspace) -> None:
    """Methods and view; their words leave the address, since the page may change them."""
    chosen = st.query_params.get(METHODS, "").split(",")
    known = [name for name in dict.fromkeys(chosen) if name in space.run.attributions]
    if known:
        space.chosen = list(dict.fromkeys(map(base_of, known)))
    metrics = st.query_params.get(METRIC, "").split(",")
    asked = [name for name in dict.fromkeys(metrics) if name in METRICS]
    if asked:
        st.session_state[metric_picker.KEY] = asked
    sections.choose(st.query_params.get(SECTION, ""))
    scale_pictures.take(space, st.query_params)
    for word in st.query_params.get(VIEW, "").split(","):
        name, _, place = word.partition(":")
        choices = {**LOOKS, **RECIPE}.get(name, ())
        if name in metric_scatter.AXES and place in choices:
            st.session_state[name] = place
            continue
        if not (place.isascii() and place.isdigit() and int(place) < len(choices)):
            continue
        if name in LOOKS:
            st.session_state[name] = choices[int(place)]
        else:
            _set_recipe(space, name, choices[int(place)])
    for name in (METHODS, METRIC, SECTION, VIEW, *scale_pictures.WORDS):
        if name in st.query_params:
            del st.query_params[name]


def _set_recipe(space: Workspace, name: str, value: Any) -> None:
    fields = {key: getattr(space.recipe, key) for key in RECIPE}
    fields[name] = recipe_form.GRIDS[value] if name == "grid" else value
    space.recipe = Recipe(**fields)
    choice.renew("recipe-")


def _view(space: Workspace) -> dict[str, int | str]:
    """The place of each choice that is not the one that opening the run gives.

    A metric goes by its name: a new one must not change what a link shows.
    """
    places: dict[str, int | str] = {
        name: st.session_state[name]
        if name in metric_scatter.AXES
        else choices.index(st.session_state[name])
        for name, choices in LOOKS.items()
        if name in st.session_state and st.session_state[name] in choices
    }
    grids = {size: place for place, size in enumerate(recipe_form.GRIDS.values())}
    for name in ("channels", "sign"):
        value = getattr(space.recipe, name)
        if value != getattr(space.run.recipe, name):
            places[name] = RECIPE[name].index(value)
    if space.recipe.grid != space.run.recipe.grid and space.recipe.grid in grids:
        places["grid"] = grids[space.recipe.grid]
    return places
