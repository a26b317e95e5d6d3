"""Two maps of one picture and their difference, side by side, with linked zoom."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from components.maps import tiles
from components.maps.tiles import Look
from components.widgets import map_grid
from xai_core.maps.colour_scale import over
from xai_core.maps.difference import MapDifference
from xai_core.runs.run import Run

FLOOR = 0.05  # a difference is not stretched over the colours until rounding looks like one
GROUP = "map-pairs"
EACH = "the one", "the other"


def show(
    runs: tuple[Run, Run],
    found: MapDifference,
    *,
    span: float,
    names: tuple[str, str],
    key: str,
    toolbar: bool = False,
) -> None:
    """Draw one method: first map, second map, second − first.

    Args:
        span: of the difference's colours. names: of the two sides.
    """
    look, names = Look(), _sides(runs, names)
    pair = zip(runs, (found.first, found.second), names, strict=True)
    scale = over([found.first, found.second], look.percentile)
    shown = [
        tiles.of_map(run, values, look, title=name, note=run.model, scale=scale)
        for run, values, name in pair
    ]
    shown.append(
        tiles.of_difference(
            runs[0], found.signed, look, title="difference", note=_between(names), span=span
        )
    )
    map_grid.show(shown, key=key, tile_width=100, group=GROUP, toolbar=toolbar)


def span_of(found: Iterable[MapDifference]) -> float:
    """One scale for several differences, by the same rule as for a map's brightest colour."""
    return max([FLOOR, *(tiles.brightest(one.signed, Look()) for one in found)])


def figures(found: MapDifference) -> str:
    """How alike they are, in words and figures."""
    if found.same:
        return f"the same map · cosine {_figure(found.cosine, 6)}"
    return (
        f"rank correlation {_figure(found.similarity.rank)} · SSIM "
        f"{_figure(found.similarity.structure)} · cosine {_figure(found.cosine)} · "
        f"largest difference {_figure(found.largest)}"
    )


def _sides(runs: tuple[Run, Run], names: tuple[str, str]) -> tuple[str, str]:
    """What stands above the maps, where their models stand too: not the same once more."""
    return EACH if any(run.model == name for run, name in zip(runs, names, strict=True)) else names


def _between(names: tuple[str, str]) -> str:
    return f"{names[1]} − {names[0]}"


def _figure(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "not defined"
