"""The scale of the heatmaps: by the map, by the picture, over a set, against good parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from components.maps import scale_job, scale_pictures
from components.maps.scale_strip import Strip
from components.maps.tiles import Look, title_of
from components.session import problem, text
from components.session.processes import known
from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.base.parameters import build
from xai_core.maps.colour_scale import CONTRAST, ColourScale, Scope, against, over
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run
from xai_core.studies.kept_maps import KeptMaps, seen

PER_MAP, PER_PICTURE, PER_SET, REFERENCE = (
    *("per map", "per picture", "over a set"),
    "against good parts",
)
SCOPES: dict[str, Scope] = {
    PER_MAP: "map",
    PER_PICTURE: "picture",
    PER_SET: "set",
    REFERENCE: "reference",
}
HELP = (
    "A map that is scaled by itself is always bright somewhere, on a good part, too. One scale "
    "over several pictures, or against pictures of good parts, lets a good part stay dark. It "
    "changes colours only, no score."
)
Maps = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Asked:
    """What the scale is for. recipe: of the maps, without removal."""

    maps: Maps
    look: Look
    recipe: Recipe


@dataclass(frozen=True)
class Scales:
    """The scale of every method, and other pictures on it, where there are some."""

    by_method: Mapping[str, ColourScale]
    strip: Strip | None = None


def show(space: Workspace, asked: Asked) -> Scales:
    """Draw what belongs to the chosen scale, and say what it means."""
    scope, look = asked.look.scope, asked.look
    alone = {name: over([values], look.percentile) for name, values in asked.maps.items()}
    if scope == "map":
        return Scales(alone)
    if scope == "picture":
        units = _units(space.run, asked.maps)
        st.caption(text.plain(_shared(units)))
        return Scales(_of_picture(asked, units))
    strip = _of_pictures(space, asked)
    return Scales({**alone, **strip.scales}, strip) if strip else Scales(alone)


def _of_picture(asked: Asked, units: Mapping[str, str]) -> dict[str, ColourScale]:
    """One scale for all methods that measure in the same unit."""
    return {
        name: over(
            [values for other, values in asked.maps.items() if units[other] == units[name]],
            asked.look.percentile,
            "picture",
        )
        for name in asked.maps
    }


def _shared(units: Mapping[str, str]) -> str:
    """Which methods share a scale, and why the others do not."""
    groups: dict[str, list[str]] = {}
    for name, unit in units.items():
        groups.setdefault(unit, []).append(title_of(name))
    together = [
        f"{', '.join(titles)} share one scale ({unit})"
        for unit, titles in groups.items()
        if len(titles) > 1
    ]
    alone = [titles[0] for titles in groups.values() if len(titles) == 1]
    if alone:
        told = "has a scale of its own" if len(alone) == 1 else "have scales of their own"
        together.append(f"{', '.join(alone)} {told}: nothing here is in the same unit")
    return f"{'; '.join(together)}."


def _units(run: Run, names: Iterable[str]) -> dict[str, str]:
    """By method; a unit of its own is told by its name."""
    found = dict.fromkeys(names, "")
    for name in found:
        if name in METHODS:
            plugin, given = METHODS[name], run.attributions[name].parameters
            with suppress(InputError):  # another version's method may have had other parameters
                found[name] = plugin.unit_of(build(plugin.Parameters, given))
    return {name: unit or name for name, unit in found.items()}


def _of_pictures(space: Workspace, asked: Asked) -> Strip | None:
    reference = asked.look.scope == "reference"
    if reference:
        scale_pictures.choose_reference(space)
        scale_pictures.choose_group(space, "Shown on the same scale")
    else:
        scale_pictures.choose_group(space, "Pictures of the set")
    behind = space.scaling.reference if reference else scale_pictures.group(space)
    beside = [one for one in scale_pictures.group(space) if one not in behind]
    if not behind:
        told = "Mark pictures of good parts" if reference else "Choose pictures"
        st.info(f"{told} to set the scale by them.", icon=":material/add_photo_alternate:")
        return None
    maps = scale_job.kept(space)
    if maps is None:
        st.info(
            "These maps are of an early version, which does not say how the picture was prepared. "
            "Compute them again.",
            icon=":material/info:",
        )
        return None
    methods = {name: dict(space.run.attributions[name].parameters) for name in asked.maps}
    pictures = list(dict.fromkeys([*behind, *beside]))
    scale_job.own(space, maps, pictures, methods)
    scale_job.show(space, maps, pictures, methods, key="scale")
    if scale_job.missing(maps, behind, methods):
        return None
    scales = {name: _scale(space, maps, behind, name, asked) for name in asked.maps}
    st.caption(_told(space, asked.look, len(behind)))
    return Strip(maps, behind, beside, scales, asked.look, asked.recipe)


def _scale(
    space: Workspace, maps: KeptMaps, pictures: Sequence[str], name: str, asked: Asked
) -> ColourScale:
    given = dict(space.run.attributions[name].parameters)

    def compute() -> ColourScale:
        found = [maps.entry(which, name, given) for which in pictures]
        values = [seen(one, asked.recipe) for one in found if one is not None and one.size]
        if asked.look.scope == "reference":
            return against(values, asked.look.percentile)
        return over(values, asked.look.percentile, "set")

    recipe = (asked.recipe.sign, asked.recipe.grid)
    key = (maps.origin, tuple(pictures), name, str(given), recipe, asked.look)
    return known().get(("scale", *key), compute)


def _told(space: Workspace, look: Look, count: int) -> str:
    what = problem.plain(space.run.target_label)
    pictures = f"{count} {'picture' if count == 1 else 'pictures'}"
    if look.scope == "set":
        return (
            f"Each method has one scale over {pictures}, all for {what}: no map "
            "among them is clipped more than on a scale of its own. Complexity does not change."
        )
    return (
        f"Percentile {look.percentile:g} of the maps of {pictures} of good parts, all for "
        f"{what}: values up to it are dark, {CONTRAST:g} times as high ones are "
        "the brightest. Complexity does not change."
    )
