"""The index as a file: every name, shape and pair of them is kept once.

An architecture is a list of numbers of pairs; most follow each other by one, so that the
differences compress well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.models.weights.index.entry import Entry, Pattern

FILE = Path(__file__).with_name("index.npz")
Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Index:
    """What is known of every architecture.

    Attributes:
        versions: of the libraries that it was made from.
        entries: the architectures.
        names, patterns: of tensors, each once.
        pairs: `[P, 2]`, numbers of a name and of a pattern.
        starts: `[E + 1]`; the tensors of entry `i` are `tensors[starts[i]:starts[i + 1]]`.
        tensors: numbers of pairs, in the order of the state dict.
    """

    versions: Mapping[str, str]
    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    pairs: Numbers
    starts: Numbers
    tensors: Numbers

    @cached_property
    def pairs_of(self) -> Mapping[str, tuple[int, ...]]:
        """Name of a tensor to the numbers of its pairs."""
        found: dict[str, list[int]] = {}
        for pair, number in enumerate(self.pairs[:, 0].tolist()):
            found.setdefault(self.names[number], []).append(pair)
        return {name: tuple(pairs) for name, pairs in found.items()}

    def patterns_of(self, number: int) -> dict[str, Pattern]:
        """The tensors of entry `number`: name to pattern, in the order of its state dict."""
        chosen = self.tensors[self.starts[number] : self.starts[number + 1]]
        rows = self.pairs[chosen].tolist()
        return {self.names[name]: self.patterns[pattern] for name, pattern in rows}


@cache
def read_index(path: Path = FILE) -> Index:
    """The index that ships with the project."""
    with np.load(path, allow_pickle=False) as file:
        text = json.loads(file["text"].tobytes())
        pairs, starts, tensors = (
            np.cumsum(file[key].astype(np.int64), axis=-1) for key in ("pairs", "starts", "tensors")
        )
    return Index(
        text["versions"],
        tuple(Entry.from_dict(entry) for entry in text["entries"]),
        tuple(text["names"]),
        tuple(tuple(int(size) for size in item.split()) for item in text["patterns"]),
        pairs.T,
        starts,
        tensors,
    )
