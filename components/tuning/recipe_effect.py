"""What a recipe does to a map."""

from __future__ import annotations

from dataclasses import replace

from components.maps import tiles
from components.maps.tiles import Look, title_of
from components.session.state import chosen
from components.session.state.workspace import Workspace
from components.widgets import map_grid
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe


def show(space: Workspace) -> None:
    """The first method's map after the default recipe and after the present one."""
    run = space.run
    name = next(iter(chosen.shown(space)), None)
    if name is None:
        return
    shown = []
    for heading, recipe in (("default recipe", Recipe()), ("this recipe", space.recipe)):
        cut = replace(recipe, crop=run.content, quantile=None)
        values = before_removal(run.attributions[name], cut)[0]
        shown.append(
            tiles.of_map(
                run,
                values,
                Look(),
                title=title_of(name),
                note=f"{heading}: {values.min():.2g} to {values.max():.2g}",
            )
        )
    map_grid.show(shown, key="recipe-effect", tile_width=200, toolbar=False)
