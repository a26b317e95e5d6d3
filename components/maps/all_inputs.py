"""The maps of every input, where the chosen model takes several pictures."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from components.maps import progress, tiles
from components.session import backend, decoding, problem, text
from components.session.processes import Access
from components.session.state import chosen
from components.session.state.beside import InputsState
from components.session.state.workspace import Workspace
from components.widgets import map_grid
from components.widgets.map_grid import Image, Tile
from xai_core.attribution import remarks
from xai_core.attribution.inputs.result import InputMap
from xai_core.base.arrays import Inputs
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.finding import by_reason
from xai_core.base.progress import Progress
from xai_core.maps.canonical import before_removal
from xai_core.maps.colours import data_url
from xai_core.maps.given import as_picture
from xai_core.maps.recipe import Recipe
from xai_core.worker.card import PictureInput

KEY, SHARE = "all-inputs", 1000
Found = dict[str, tuple[InputMap, ...] | str]


def show(space: Workspace) -> None:
    """Draw them with the button that computes them; nothing for a model of one picture."""
    source = space.sources[space.source]
    if not backend.is_open(source):
        return
    pictures = backend.opened(source).card.pictures
    if len(pictures) < 2:
        return
    st.subheader("Every input", divider="gray")
    names = text.listed(one.name for one in pictures[1:])
    st.caption(
        f"This model also takes a picture as {names}, which you choose in the sidebar. *Compute* "
        f"explains {text.plain(pictures[0].name)} while the others stay as they are; runs, "
        "studies, metrics and the comparison of two models are of that alone. Here all inputs are "
        "explained together, by the methods chosen above. These maps are not kept with the run."
    )
    state = space.every_input
    if state.job is not None:
        progress.watch(state, state.job, key=KEY, finish=lambda found: _finish(state, found))
    else:
        _offer(space, state)
    if state.found and state.asked == _asked(space):
        _draw(state.found, pictures, space.recipe)


def _offer(space: Workspace, state: InputsState) -> None:
    progress.ended(state)
    left, right = st.columns([3, 1], vertical_alignment="center")
    new = not state.found or state.asked != _asked(space)
    methods = text.listed(map(tiles.title_of, chosen.asked(space)))
    left.caption(f"Methods: {methods or 'none'}")
    lacking = chosen.lacking(space)
    label = "Explain every input" if new else "Explain again"
    if progress.start_button(right, label, key=KEY, first=new, lacking=lacking):
        _start(space, state)
        st.rerun()


def _asked(space: Workspace) -> Hashable:
    source, photo = space.sources[space.source], space.photos[space.photo]
    what = (space.target, chosen.asked(space), space.seed, backend.spec_of(source))
    return source.path, str(source.options), photo.path, str(what)


def _start(space: Workspace, state: InputsState) -> None:
    state.clear()
    source, photo = space.sources[space.source], space.photos[space.photo]
    access = Access(state.turn)
    target, methods, seed = space.target, chosen.asked(space), space.seed
    try:
        inputs = decoding.prepared(str(photo.path), backend.spec_of(source)).inputs
    except XaiError as error:
        state.failure = str(error)
        return
    state.asking = _asked(space)

    def work(tick: Progress, cancel: threading.Event) -> Found:
        access.cancel = cancel
        with access.model(source) as held:

            def ask(name: str, given: Mapping[str, Any], told: Progress) -> tuple[InputMap, ...]:
                how: dict[str, Any] = {"progress": told, "cancel": cancel}
                asked = (held.card.pictures, target, name, seed, given)
                return held.worker.explain_inputs(inputs, *asked, **how)

            return _each(methods, ask, tick)

    state.begin(KEY, work)


def _each(methods: Mapping[str, Mapping[str, Any]], ask: Any, tick: Progress) -> Found:
    """The maps by each method; of one that has none its cause."""
    found: Found = {}
    for at, (name, given) in enumerate(methods.items()):

        def told(done: int, total: int, at: int = at) -> None:
            tick(int(SHARE * (at + done / max(total, 1))), SHARE * len(methods))

        try:
            found[name] = ask(name, given, told)
        except Cancelled:
            raise
        except XaiError as error:
            found[name] = str(error)
    return found


def _finish(state: InputsState, found: Found) -> None:
    state.found, state.asked = found, state.asking


def _draw(found: Found, pictures: Sequence[PictureInput], recipe: Recipe) -> None:
    maps = {name: one for name, one in found.items() if not isinstance(one, str)}
    every = [one for several in maps.values() for one in several]
    for place, picture in enumerate(pictures):
        own = [one for one in every if one.name == picture.name]
        if not own:
            continue
        size = text.size(own[0].given.shape[1:])
        st.markdown(f"**{text.plain(picture.name)}** · {size}")
        shown = [_picture(picture.name, own[0].given)]
        shown += [_map(one, recipe) for one in own]
        map_grid.show(shown, key=f"{KEY}-{place}", tile_width=300, group=KEY, toolbar=not place)
    for name, several in maps.items():
        lacking = [one.name for one in pictures if one.name not in {own.name for own in several}]
        if lacking:
            st.info(
                f"**{text.title_of(name)}** has no map of {text.listed(lacking)}: its layer does "
                "not see it.",
                icon=":material/info:",
            )
    refused = {name: one for name, one in found.items() if isinstance(one, str)}
    for reason, names in by_reason(refused).items():
        titles = ", ".join(map(text.title_of, names))
        st.warning(f"**{titles}** gave no map. {problem.plain(reason)}", icon=":material/block:")


def _picture(name: str, given: Inputs) -> Tile:
    image = Image(data_url(as_picture(given)))
    told = "what the model sees"
    return Tile(name, told, f"The picture of {name}", (image,), _ratio(given))


def _map(one: InputMap, recipe: Recipe) -> Tile:
    values = before_removal(one.attribution, replace(recipe, quantile=None))[0]
    height, width = one.attribution.native_size
    coarse = f"{height}×{width} · " if (height, width) != one.given.shape[2:] else ""
    note = f"{coarse}{one.attribution.seconds:.2f} s"
    note = " · ".join(filter(None, (note, remarks.brief(one.attribution))))
    picture = as_picture(one.given)
    title = tiles.title_of(one.attribution.method)
    return tiles.over_picture(np.asarray(values), picture, (title, note))


def _ratio(given: Inputs) -> float:
    return float(given.shape[3] / given.shape[2])
