"""Which architectures of the index a set of named tensors fits, and how well."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np

from xai_core.models.weights.index.entry import CHANNELS, CLASSES, Entry, Shape, filled, fits
from xai_core.models.weights.index.storage import Index
from xai_core.models.weights.state_dicts import COUNTER

COLOURS = 3
NEAREST = 5


@dataclass(frozen=True)
class Match:
    """One architecture against the tensors.

    Attributes:
        wanted: its tensors, with the classes and channels that were read from the file.
        matching: how many of them are there, in the right shape. given: how many were offered.
        classes: outputs, as the head's tensors have them (0: it has no head).
        head: name of the tensor that the classes were read from ("": none).
        exact: every tensor has its place, and every place its tensor.
    """

    entry: Entry
    wanted: Mapping[str, Shape]
    matching: int
    given: int
    classes: int
    channels: int
    head: str
    exact: bool

    @property
    def score(self) -> float:
        """1 where all agree, 0 where nothing does; large networks do not win by their size."""
        return 2 * self.matching / (len(self.wanted) + self.given)


def rank(shapes: Mapping[str, Shape], index: Index, among: Set[int] | None = None) -> list[Match]:
    """All that fit exactly, in the order of the index; where none does, the nearest, best first.

    Args:
        shapes: name to shape, without a prefix. among: numbers of the entries to look at.
    """
    here = np.zeros(len(index.pairs), bool)
    for name, shape in shapes.items():
        for pair in index.pairs_of.get(name, ()):
            here[pair] = fits(index.patterns[index.pairs[pair, 1]], shape)
    optional = np.array([name.endswith(COUNTER) for name in index.names])[index.pairs[:, 0]]
    matching = _sums(here, index)
    needed = _sums(here | ~optional, index)
    chosen = np.arange(len(index.entries)) if among is None else np.array(sorted(among), int)
    full = [i for i in chosen if matching[i] == needed[i] == len(shapes)]
    exact = [match for i in full if (match := _match(shapes, index, i, int(matching[i]))).exact]
    if exact:
        return exact
    wanted = np.diff(index.starts)
    scores = (2 * matching / (wanted + len(shapes)))[chosen]
    best = chosen[np.argsort(-scores, kind="stable")[:NEAREST]]
    return [_match(shapes, index, i, int(matching[i])) for i in best if matching[i] or among]


def _sums(pairs: np.ndarray, index: Index) -> np.ndarray:
    totals = np.concatenate([[0], np.cumsum(pairs[index.tensors])])
    return totals[index.starts[1:]] - totals[index.starts[:-1]]


def _match(shapes: Mapping[str, Shape], index: Index, number: int, matching: int) -> Match:
    patterns = index.patterns_of(number)
    seen: dict[int, list[int]] = {CLASSES: [], CHANNELS: []}
    head = ""
    for name, pattern in patterns.items():
        shape = shapes.get(name, ())
        if not fits(pattern, shape):
            continue
        for wanted, size in zip(pattern, shape, strict=True):
            if wanted in seen:
                seen[wanted].append(size)
                head = head or (name if wanted == CLASSES else "")
    has_head = any(CLASSES in pattern for pattern in patterns.values())
    classes = seen[CLASSES][0] if seen[CLASSES] else 1000 * has_head
    channels = seen[CHANNELS][0] if seen[CHANNELS] else COLOURS
    filled_in = {name: filled(item, classes, channels) for name, item in patterns.items()}
    there = sum(shapes.get(name) == shape for name, shape in filled_in.items())
    agreed = there == matching == len(shapes)
    counters = sum(name.endswith(COUNTER) and name not in shapes for name in filled_in)
    return Match(
        entry=index.entries[number],
        wanted=filled_in,
        matching=there,
        given=len(shapes),
        classes=classes,
        channels=channels,
        head=head,
        exact=agreed and there + counters == len(filled_in),
    )
