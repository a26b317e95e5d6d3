"""The input shape that a model asks for: named by its error, or solved for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

Shape = tuple[int, int, int]
Attempt = Callable[[Shape], str | None]
"""What the model says against a shape; None where it runs."""

TRIES, SOLVED = 10, 6
SMALLEST, LARGEST = 4, 1024
USUAL = (224, 32, 28, 64, 96, 128, 160, 192, 256, 299, 384, 448, 512, 48, 112, 40, 80, 100, 16, 8)
MATMUL = re.compile(r"\((\d+)x(\d+) and (\d+)x\d+\)")
VIEW = re.compile(r"shape '\[([-\d, ]+)\]' is invalid for input of size (\d+)")
FIRST_AXIS = re.compile(r"first axis is (\d+) for a batch of 1")
CHANNELS = re.compile(r"expected input\[\d+, (\d+),[^\]]*\] to have (\d+) channels")
NORMED = re.compile(r"running_mean should contain (\d+) elements not (\d+)")
TENSORS = re.compile(r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")
RUN = re.compile(r"\d+(?:\s*(?:[x×*,]|, )\s*\d+)*")
STEP = re.compile(r"divisible|multiple", re.IGNORECASE)
DETAILS = re.compile(r"Given groups=|size per channel|scalar type|Kernel size|MPS|CUDA")


def first_fit(attempt: Attempt, shapes: Iterable[Shape]) -> Shape | None:
    """The first that runs, or that the error of one of the first leads to."""
    said: dict[Shape, str | None] = {}

    def asked(shape: Shape) -> str | None:
        if shape not in said:
            said[shape] = attempt(shape)
        return said[shape]

    for number, shape in enumerate(shapes):
        error = asked(shape)
        if error is None:
            return shape
        found = solved(asked, shape, error) if number < SOLVED else None
        if found is not None:
            return found
    return _of_channels(asked, dict(said))


def _of_channels(attempt: Attempt, said: Mapping[Shape, str | None]) -> Shape | None:
    """With the channels that an error names: no list of usual shapes has them."""
    for shape, told in tuple(said.items())[:2]:
        channels = _channels(shape[0], told or "")
        if channels is None:
            continue
        now = (channels, *shape[1:])
        error = attempt(now)
        found = now if error is None else solved(attempt, now, error)
        if found is not None:
            return found
    return None


def solved(attempt: Attempt, shape: Shape, error: str) -> Shape | None:
    """The shape that an error leads to, by further errors; a usual one of those that fit alike."""
    tried, points = {shape}, []  # type: tuple[set[Shape], list[tuple[int, float]]]
    pending = list(_tries(shape, error, points))
    while pending and len(tried) <= TRIES:
        now = pending.pop(0)
        if now in tried:
            continue
        tried.add(now)
        told = attempt(now)
        if told is None:
            return _usual(attempt, now) if points else now
        pending = [*_tries(now, told, points), *pending]
    return None


def _usual(attempt: Attempt, found: Shape) -> Shape:
    """Pooling rounds down, so that the sizes beside it may fit as well."""
    channels, height, width = found
    near = [side for side in USUAL if 0 < abs(side - height) <= max(4, height // 10)]
    if height != width or height in USUAL:
        return found
    shapes = ((channels, side, side) for side in near)
    return next((shape for shape in shapes if attempt(shape) is None), found)


def _tries(shape: Shape, error: str, points: list[tuple[int, float]]) -> Iterator[Shape]:
    """Likely shapes first. points: height and √(came / wanted) of what was tried, is added to."""
    _, height, width = shape
    features = _features(shape, error)
    if features is not None:
        points.append((height, math.sqrt(features[0] / features[1])))
        side = _next_side(points)
        yield from _sides(shape, side, round(side * width / height))
        return
    for side in _of_tokens(shape, error):
        yield from _sides(shape, side, side)
    yield from _named(shape, error)


def _features(shape: Shape, error: str) -> tuple[int, int] | None:
    """How many values came out of the picture, and how many the next layer takes."""
    found = MATMUL.search(error)
    if found is not None and int(found[2]) != shape[2]:
        return int(found[2]), int(found[3])
    found = VIEW.search(error)
    if found is not None:
        sizes = [int(one) for one in found[1].split(",")]
        return int(found[2]), math.prod(size for size in sizes if size > 0)
    found = FIRST_AXIS.search(error)
    return (int(found[1]), 1) if found is not None and int(found[1]) > 1 else None


def _next_side(points: list[tuple[int, float]]) -> int:
    """Where √(came / wanted) is 1: in proportion first, then along the line of the last two."""
    (side, root) = points[-1]
    if len(points) == 1:
        return round(side / root)
    before, other = points[-2]
    step = (1 - root) * (side - before) / (root - other) if root != other else 0.0
    if round(step) == 0:
        step = 1 if root < 1 else -1
    return side + round(step)


def _channels(channels: int, error: str) -> int | None:
    for pattern in (CHANNELS, NORMED):
        found = pattern.search(error)
        if found is not None and int(found[1]) == channels:
            return int(found[2])
    return None


def _of_tokens(shape: Shape, error: str) -> Iterator[int]:
    """Places of a position table: their root goes with the side; some tokens have no place."""
    found = TENSORS.search(error)
    if found is None:
        return
    came, wanted = int(found[1]), int(found[2])
    if came in shape[1:]:
        yield wanted
    for others in range(3):
        roots = [math.isqrt(max(0, count - others)) for count in (came, wanted)]
        whole = all(r * r == n - others for r, n in zip(roots, (came, wanted), strict=True))
        if whole and min(roots) > 0:
            yield round(shape[1] * roots[1] / roots[0])


def _named(shape: Shape, error: str) -> Iterator[Shape]:
    """Sizes that stand in the text: `112`, `64 × 48`, `[1, 3, 64, 64]`."""
    if DETAILS.search(error):
        return
    for run in RUN.findall(error):
        sizes = [int(one) for one in re.findall(r"\d+", run)]
        height, width = sizes[-2:] if len(sizes) > 1 else sizes * 2
        if len(sizes) == 1 and STEP.search(error):
            height, width = (max(1, round(side / height)) * height for side in shape[1:])
        channels = sizes[-3] if len(sizes) > 2 and 1 <= sizes[-3] <= 16 else shape[0]
        yield from _sides((channels, *shape[1:]), height, width, shape)


def _sides(shape: Shape, height: int, width: int, old: Shape | None = None) -> Iterator[Shape]:
    found = (shape[0], height, width)
    if min(height, width) >= SMALLEST and max(height, width) <= LARGEST and found != (old or shape):
        yield found
