"""The maps of a run over its photo, with the controls of how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import streamlit as st

from components.maps import growing, preview, progress, scale_strip, tiles
from components.maps import scale as map_scale
from components.maps.scale import SCOPES
from components.maps.tiles import Look, title_of
from components.session import layout, problem, text
from components.session.keeping import registry
from components.session.state import chosen as chosen_methods
from components.session.state.workspace import Workspace
from components.widgets import map_grid
from components.widgets.map_grid import Tile
from xai_core.attribution import remarks
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.base.finding import by_reason
from xai_core.base.parameters import build
from xai_core.demo.wafer.examples import truth_of
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.maps.colours import DIVERGING, SEQUENTIAL
from xai_core.maps.recipe import Recipe
from xai_core.pictures.region import on_grid
from xai_core.runs.run import Run
from xai_core.targets.kinds.base import region_of

PERCENTILES = (99.5, 99.0, 95.0, 100.0)


def show(space: Workspace, share: Callable[[], None]) -> None:
    """Draw controls and maps; only this part runs again when a control changes.

    Args:
        share: draws the link, which has to follow the controls.
    """
    if growing.underway(space):
        _grows(space, share, {})
    else:
        _show(space, share)


@st.fragment(run_every=progress.POLL_SECONDS)
def _grows(space: Workspace, share: Callable[[], None], drawn: growing.Drawn) -> None:
    """What is being computed, where its maps will stand."""
    share()
    with layout.folds("look"):
        look, signed = _controls()
    st.caption("Each map appears when it is done; the one that is sampled is refined in view.")
    shown = growing.of(space, look, _recipe(space, signed), drawn)
    map_grid.show(shown, key="heatmaps", tile_width=300)


@st.fragment
def _show(space: Workspace, share: Callable[[], None]) -> None:
    run = space.run
    share()
    switches = layout.folds("look")
    with switches:
        look, signed = _controls()
    registry.save(space)  # a fragment of its own: the page does not run again
    recipe = replace(_recipe(space, signed), crop=run.content)
    names = chosen_methods.shown(space) or list(run.attributions)
    maps = {name: before_removal(run.attributions[name], recipe)[0] for name in names}
    scales = map_scale.show(space, map_scale.Asked(maps, look, recipe))
    shown = [tiles.photo(run)]
    with switches:
        removed = _removed(space, names)
    for name, values in maps.items():
        scale = scales.by_method[name]
        note = _note(run, name, scale_strip.above(scale, values))
        after = removed.get(name)
        shown.append(
            tiles.of_map(
                run, values, look, title=title_of(name), note=note, scale=scale, after=after
            )
        )
    with switches:
        shown = _with_region(run, _with_truth(run, shown))
    map_grid.show(shown, key="heatmaps", tile_width=300)
    if scales.strip is not None:
        scale_strip.show(space, scales.strip)
    for reason, without in by_reason(run.failures).items():
        titles = ", ".join(map(text.title_of, without))
        st.warning(f"**{titles}** gave no map. {problem.plain(reason)}", icon=":material/block:")
    with st.expander("What these maps are", icon=":material/info:"):
        for name in names:
            st.markdown(_described(run, name))


def _recipe(space: Workspace, signed: bool) -> Recipe:
    recipe = replace(space.recipe, quantile=None)
    return replace(recipe, sign="as-is") if signed else recipe


def _removed(space: Workspace, names: list[str]) -> dict[str, np.ndarray]:
    """The maps after removal, where a person wants to swipe to them."""
    level = float(Recipe().quantile or 0) if space.quantile is None else space.quantile
    label = f"Swipe to the map after removal, q = {level:.2f}"
    if not names or not st.toggle(label, key="swipe", persist_state="session"):
        return {}
    recipe = replace(space.recipe, crop=space.run.content, quantile=level)
    return {name: canonicalise(space.run.attributions[name], recipe)[0] for name in names}


def _with_truth(run: Run, shown: list[Tile]) -> list[Tile]:
    mask = truth_of(run.pixels)
    if mask is None or not st.toggle("Outline the defect", True, key="outline"):
        return shown
    return [tiles.outlined(one, mask) for one in shown]


def _with_region(run: Run, shown: list[Tile]) -> list[Tile]:
    mask = region_of(run.explained.chosen) if run.explained is not None else None
    if mask is None or not st.toggle("Outline the explained region", key="outline-region"):
        return shown
    top, left, bottom, right = run.content
    height, width = run.pixels.shape[:2]
    region = on_grid(mask, (height, width))[top:bottom, left:right]
    return [tiles.outlined(one, region) for one in shown]


def _controls() -> tuple[Look, bool]:
    section = st.expander("How the maps are drawn", icon=":material/palette:")
    first, second, third, fourth, fifth = section.columns(
        [3, 2, 2, 2, 2], vertical_alignment="bottom"
    )
    opacity = first.slider(
        "Opacity over the photo", 0.0, 1.0, 0.75, 0.05, key="opacity", persist_state="session"
    )
    signed = second.toggle(
        "Signed values",
        key="signed",
        persist_state="session",
        help="Show for and against the target in two hues, instead of the part that the recipe "
        "takes.",
    )
    colours = third.selectbox(
        "Colours",
        DIVERGING if signed else SEQUENTIAL,
        key="diverging" if signed else "sequential",
        persist_state="session",
    )
    scale = fourth.selectbox(
        "Scale", list(SCOPES), key="scale", persist_state="session", help=map_scale.HELP
    )
    percentile = fifth.selectbox(
        "Brightest at",
        PERCENTILES,
        format_func=lambda value: "the peak" if value == 100 else f"percentile {value:g}",
        key="percentile",
        persist_state="session",
        help="Higher values get the same colour: a single hot pixel must not leave the rest black.",
    )
    look = Look(opacity=opacity, scope=SCOPES[scale], percentile=percentile)
    look = replace(look, diverging=colours) if signed else replace(look, sequential=colours)
    return look, signed


def _note(run: Run, name: str, above: str) -> str:
    """What matters first: a narrow tile cuts off the end."""
    height, width = run.attributions[name].native_size
    full = run.attributions[name].values.shape[2:]
    coarse = f"{height}×{width}" if (height, width) != tuple(full) else ""
    one = run.attributions[name]
    parts = (
        *(growing.score_of(run, name), coarse, above),
        *(_sampled(run, name), remarks.brief(one), f"{one.seconds:.2f} s"),
    )
    return " · ".join(filter(None, parts))


def _sampled(run: Run, name: str) -> str:
    one = run.attributions[name]
    if name not in METHODS:
        return ""
    channels, height, width = one.values.shape[1:]
    with suppress(InputError):  # another version's method may have had other parameters
        settings = build(METHODS[name].Parameters, one.parameters)
        planned = METHODS[name].samples(settings, (channels, height, width))
        return preview.sampled(planned, one.chosen)
    return ""


def _described(run: Run, name: str) -> str:
    one = run.attributions[name]
    asked = set(one.parameters)
    given = [
        f"{key} = {value}"
        for key, value in remarks.given(one).items()
        if str(value) and (key in asked or key not in preview.TOLD)
    ]
    given += filter(None, [_sampled(run, name), remarks.told(one)])
    summary = METHODS[name].summary if name in METHODS else ""
    return (
        f"**{text.title_of(name)}** — {summary}  \n"
        f":small[{problem.plain(', '.join(given)) or 'no parameters'}; seed {text.plain(one.seed)}]"
    )
