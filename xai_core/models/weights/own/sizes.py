"""Weights for another picture size: which one, read from tables of positions.

What such a table says is only a guess; the network built for that size has to have tensors of
exactly the file's shapes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.weights.index.entry import Entry, Shape
from xai_core.models.weights.library import COLOURS, construct
from xai_core.models.weights.own.body import Body

LEADING = (0, 1, 2, 5)  # tokens before those of the patches: class, distillation, registers
USUAL = (224, 32, 64, 96, 112, 128, 160, 192, 256, 288, 320, 336, 384, 448, 512, 518)
STRIDE = 32  # of a hierarchical transformer's last stage
Options = dict[str, Any]


def resized(body: Body, shapes: Mapping[str, Shape]) -> Body | None:
    """The body built for the size that its tables are of; None where no size gives them.

    Args:
        shapes: of the file's tensors.
    """
    given = {name: shapes[body.names[name]] for name in body.names}
    tables = {name: given[name] for name in body.tables}
    tried: list[Options] = []
    for options in _proposed(body, tables):
        if options in tried:
            continue
        tried.append(options)
        side = int(options.get("img_size") or options.get("image_size") or 0)
        entry = _at(body.known.entry, options, side)
        built = _shapes(entry)
        if built is not None and all(built.get(name) == given[name] for name in tables):
            return replace(body, known=replace(body.known, entry=entry), side=side)
    return None


def _proposed(body: Body, tables: Mapping[str, Shape]) -> Iterator[Options]:
    entry, patterns = body.known.entry, body.known.patterns
    if entry.library == "torchvision":
        for side in _sides(body, tables):
            yield {"image_size": side}
        return
    patch = tables.get("patch_embed.proj.weight")
    more: Options = {"patch_size": patch[-1]} if patch else {}
    for window, last in _windows(tables):
        yield {"img_size": STRIDE * min(window, last), "window_size": window, **more}
        yield {"img_size": STRIDE * window, "window_size": window, **more}
    for side in _sides(body, tables, patch[-1] if patch else 0):
        yield {"img_size": side, **more}
    if any("position" in name or "rel_pos" in name or "mlp_tokens" in name for name in patterns):
        for side in USUAL:
            yield {"img_size": side, **more}


def _sides(body: Body, tables: Mapping[str, Shape], patch: int = 0) -> Iterator[int]:
    """Of square pictures, by the tables that have one row, or one place, for each patch."""
    usual = body.known.entry.picture.height
    for name, shape in tables.items():
        pattern = body.known.patterns[name]
        if len(pattern) != len(shape):
            continue
        for old, new in zip(pattern, shape, strict=True):
            if old == new or old < 1:
                continue
            for lead in LEADING:
                before, now = math.isqrt(max(0, old - lead)), math.isqrt(max(0, new - lead))
                if before**2 + lead == old and now**2 + lead == new and before and now:
                    yield now * (patch or usual // before)
            around, there = _reach(old), _reach(new)
            if around and there:
                yield there * (usual // around)
            yield new * max(1, usual // old)


def _reach(rows: int) -> int:
    """Side of the grid whose differences of places number (2 g − 1)², and up to 3 more."""
    for more in (0, 3):
        root = math.isqrt(max(0, rows - more))
        if root**2 == rows - more and root % 2:
            return (root + 1) // 2
    return 0


def _windows(tables: Mapping[str, Shape]) -> Iterator[tuple[int, int]]:
    """Window of the first layers and of the last, whose map may be smaller than the window."""
    rows = [s[0] for name, s in tables.items() if name.endswith("relative_position_bias_table")]
    sides = [side for count in rows if (side := _reach(count))]
    if sides:
        yield sides[0], sides[-1]


def _at(entry: Entry, options: Options, side: int) -> Entry:
    picture = entry.picture
    if side:
        resize = max(1, round(side * picture.resize / min(picture.height, picture.width)))
        picture = replace(picture, height=side, width=side, resize=resize)
    return replace(entry, options={**entry.options, **options}, picture=picture)


def _shapes(entry: Entry) -> dict[str, Shape] | None:
    """Of the network's tensors; None where its library does not build it so."""
    import torch

    for place in ("meta", "cpu"):
        try:
            with torch.device(place), torch.random.fork_rng(devices=[]):
                network = construct(entry, 1000, COLOURS)
        except ModelError:
            return None
        except (RuntimeError, NotImplementedError):  # it computes while it is built
            continue
        except Exception:  # builders of libraries raise nearly anything
            return None
        return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    return None
