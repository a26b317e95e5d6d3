"""From the tensors of a file to the known bodies that they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

import numpy as np

from xai_core.models.weights.index.entry import Entry, Shape, fits
from xai_core.models.weights.index.search import PREFIXES, numbers_of, preference, prefixes
from xai_core.models.weights.index.storage import Index, read_index
from xai_core.models.weights.own.body import Body, children, complete, part, whole
from xai_core.models.weights.own.known import Known, known_as

LIKELY = 40  # architectures that are looked at closely
SHARE = 0.6  # of an architecture's tensors that have to be there by name and shape
HEAD = 48  # tensors that a head may have
DEPTH = 3
Look = Callable[[Known, Mapping[str, Shape], str], Body | None]


def bodies(
    shapes: Mapping[str, Shape], said: Set[str], asked: str | None = None
) -> tuple[Body, ...]:
    """The bodies that the tensors hold, the preferred one first; all of one kind of place.

    Args:
        shapes: of one state dict, name to shape. said: texts that the file holds.
        asked: only architectures of this name.
    """
    index = read_index()
    among = None if asked is None else numbers_of(asked, index)
    for prefix in prefixes(shapes, index):
        numbers = _named(shapes, prefix, index, among)
        for look in (complete, whole):
            found = _looked(look, numbers, shapes, prefix, index)
            if found:
                return _preferred(found, said)
    for prefix in _covering(shapes):
        below = {name: shape for name, shape in shapes.items() if name.startswith(prefix)}
        numbers = _as_long(below, index, among)
        for look in (children, part):
            found = _looked(look, numbers, shapes, prefix, index)
            if found:
                return _preferred(found, said)
    return ()


def _preferred(found: list[Body], said: Set[str]) -> tuple[Body, ...]:
    least = min(len(body.beside) for body in found)
    whole_tables = not all(body.tables for body in found)
    closest = [
        body
        for body in found
        if len(body.beside) == least
        and body.cut == found[0].cut
        and not (body.tables and whole_tables)
    ]
    return tuple(sorted(closest, key=lambda body: preference(body.known.entry, said)))


def _looked(
    look: Look, numbers: Iterable[int], shapes: Mapping[str, Shape], prefix: str, index: Index
) -> list[Body]:
    found = (look(known, shapes, prefix) for known in _known(numbers, index))
    return [body for body in found if body is not None]


def _known(numbers: Iterable[int], index: Index) -> Iterator[Known]:
    for number in numbers:
        entry: Entry = index.entries[number]
        known = known_as(entry, index.patterns_of(number))
        if known is not None:
            yield known


def _named(
    shapes: Mapping[str, Shape], prefix: str, index: Index, among: Set[int] | None
) -> list[int]:
    """Architectures most of whose tensors are there under the prefix, the likeliest first."""
    here = np.zeros(len(index.pairs), bool)
    for name, shape in shapes.items():
        if name.startswith(prefix):
            for pair in index.pairs_of.get(name[len(prefix) :], ()):
                here[pair] = fits(index.patterns[index.pairs[pair, 1]], shape)
    totals = np.concatenate([[0], np.cumsum(here[index.tensors])])
    share = (totals[index.starts[1:]] - totals[index.starts[:-1]]) / np.diff(index.starts)
    best = np.argsort(-share, kind="stable")
    chosen = [int(i) for i in best if share[i] >= SHARE and (among is None or int(i) in among)]
    return chosen[:LIKELY]


def _as_long(shapes: Mapping[str, Shape], index: Index, among: Set[int] | None) -> list[int]:
    """Architectures of about as many tensors, whose first and middle one may be among them."""
    lengths = np.diff(index.starts)
    fitting = np.flatnonzero(np.abs(lengths - len(shapes)) <= HEAD)
    given = set(shapes.values())

    def held(place: int) -> bool:
        pattern = index.patterns[index.pairs[index.tensors[place], 1]]
        return any(fits(pattern, shape) for shape in given)

    return [
        int(i)
        for i in fitting
        if (among is None or int(i) in among)
        and held(index.starts[i])
        and held(index.starts[i] + lengths[i] // 2)
    ]


def _covering(shapes: Collection[str]) -> list[str]:
    """Prefixes that most tensors have."""
    counts: Counter[str] = Counter()
    for name in shapes:
        parts = name.split(".")
        for depth in range(min(DEPTH, len(parts) - 1)):
            counts["".join(f"{one}." for one in parts[:depth])] += 1
    return [prefix for prefix, n in counts.most_common(PREFIXES) if 2 * n > len(shapes)]
