"""How it is explained: methods with their parameters, seed, recipe, quantile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from components.session.keeping.parts import Part, register
from components.session.keeping.values import (
    maybe,
    number,
    several,
    table,
    text,
    texts,
    truth,
    whole,
)
from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build
from xai_core.maps.recipe import Recipe

LARGEST_GRID, HIGHEST = 4096, 0.99


def _write(space: Workspace) -> dict[str, Any]:
    return {
        "chosen": list(space.chosen),
        "settings": {name: dict(given) for name, given in space.settings.items()},
        "seed": space.seed,
        "autocast": space.autocast,
        "recipe": space.recipe.to_dict(),
        "quantile": space.quantile,
        "anyway": sorted(space.anyway),
    }


def _read(space: Workspace, data: Any) -> None:
    given = table(data)
    chosen = [name for name in texts(given["chosen"]) if name in METHODS]
    settings = dict(_settings(given["settings"]))
    seed, autocast = whole(given["seed"]), truth(given["autocast"])
    recipe = _recipe(given["recipe"])
    quantile = maybe(given["quantile"], lambda value: number(value, 0, HIGHEST))
    anyway = set(texts(given["anyway"]))
    space.chosen, space.settings, space.seed, space.autocast = chosen, settings, seed, autocast
    space.recipe, space.quantile, space.anyway = recipe, quantile, anyway


def _settings(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that the methods of this version would take; another one may have had others."""
    for method, values in table(data).items():
        given = dict(table(values))
        if not all(isinstance(one, str | int | float | bool) for one in given.values()):
            raise ValueError("no plain values")
        with suppress(XaiError):
            build(METHODS[method].Parameters, given)
            yield method, given


def _recipe(data: Any) -> Recipe:
    given = dict(table(data))
    grid = maybe(given["grid"], lambda sides: several(sides, _side))
    if grid is not None and len(grid) != 2:
        raise ValueError("no grid")
    return Recipe(
        channels=text(given["channels"]),  # type: ignore[arg-type]
        sign=text(given["sign"]),  # type: ignore[arg-type]
        grid=None if grid is None else (grid[0], grid[1]),
    )


def _side(data: Any) -> int:
    return whole(data, 1, LARGEST_GRID)


register(Part("choices", "methods and settings", _write, _read, order=20))
