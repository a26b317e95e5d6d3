"""From the state dicts of a file to the architectures that they belong to."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from xai_core.models.weights.index.entry import Entry
from xai_core.models.weights.index.ranking import Match, rank
from xai_core.models.weights.index.storage import Index, read_index
from xai_core.models.weights.state_dicts import StateDict

PREFIXES = 6  # of one state dict that are tried, those that most tensors have first
DEPTH = 5


@dataclass(frozen=True)
class Search:
    """What was found.

    Attributes:
        exact: equal fits, the preferred one first. nearest: best first; empty where one is exact.
    """

    exact: tuple[Match, ...]
    nearest: tuple[Match, ...]


def search(states: Sequence[StateDict], said: Set[str], asked: str | None = None) -> Search:
    """The first state dict and prefix that fit exactly decide.

    Args:
        said: texts that the file holds; they decide between equal fits where one is a name.
        asked: only architectures of this name (`resnet18`, `timm/resnet18`).
    """
    index = read_index()
    among = None if asked is None else numbers_of(asked, index)
    near: list[Match] = []
    for state in states:
        shapes = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        for prefix in prefixes(shapes, index):
            below = {n[len(prefix) :]: s for n, s in shapes.items() if n.startswith(prefix)}
            matches = rank(below, index, among)
            if matches and matches[0].exact:
                return Search(tuple(sorted(matches, key=lambda m: preference(m.entry, said))), ())
            near += matches
    near.sort(key=lambda match: (-match.score, preference(match.entry, said)))
    best: dict[str, Match] = {}
    for match in near:
        best.setdefault(match.entry.name, match)
    return Search((), tuple(best.values()))


def numbers_of(asked: str, index: Index) -> frozenset[int]:
    """The entries of that name, in all their variants; a tag (`.a1_in1k`) is left out."""
    plain = asked if asked.endswith("]") else asked.partition(".")[0]
    return frozenset(
        number
        for number, entry in enumerate(index.entries)
        if plain in (entry.name, entry.name.partition("[")[0], entry.model)
    )


def close_names(asked: str, index: Index) -> list[str]:
    """Names that look like one that there is not."""
    names = {entry.model: entry.name for entry in reversed(index.entries)}
    near = difflib.get_close_matches(asked.rpartition("/")[2], names, n=3)
    return [names[name] for name in near]


def preference(entry: Entry, said: Set[str]) -> tuple[bool, bool, bool, int, str]:
    """Sorts equal fits: first one that the file names, then torchvision's, then the plainest."""
    named = bool({entry.name, entry.model} & {text.partition(".")[0] for text in said})
    foreign = entry.library != "torchvision"
    return (not named, foreign, "[" in entry.name, len(entry.name), entry.name)


def prefixes(shapes: Iterable[str], index: Index) -> list[str]:
    """What may stand before an architecture's own names, likeliest first; `""` for nothing."""
    counts: Counter[str] = Counter()
    for name in shapes:
        parts = name.split(".")
        for depth in range(min(DEPTH, len(parts))):
            if ".".join(parts[depth:]) in index.pairs_of:
                counts["".join(f"{part}." for part in parts[:depth])] += 1
    found = sorted(counts, key=lambda prefix: (-counts[prefix], len(prefix)))[:PREFIXES]
    return found or [""]
