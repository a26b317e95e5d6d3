"""Which maps of a study are kept: none, all, of pictures by name, or those the scores point at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from xai_core.base.errors import InputError
from xai_core.scores.agreement import Table
from xai_core.scores.paired import neighbours

MOST, USUAL = 1000, 20  # pictures that one word points at, and that `reversed` does by itself
WORDS = "none, all, reversed:K, least:K, most:K"
COUNTED = ("reversed", "least", "most")


@dataclass(frozen=True)
class MapChoice:
    """What is kept.

    Attributes:
        everything: of all pictures. least, most: so many pictures with the lowest and highest
            Complexity after removal, of each method. reversed: so many pictures on which two
            neighbours in the order of means stand the other way round, the clearest first.
        names: of pictures, as their source lists them.
    """

    everything: bool = False
    least: int = 0
    most: int = 0
    reversed: int = 0
    names: tuple[str, ...] = ()

    @staticmethod
    def of_words(words: Iterable[str]) -> MapChoice:
        """What the words ask for. Raises `InputError` for a count that is none."""
        found = MapChoice()
        for word in words:
            kind, colon, count = word.partition(":")
            if word == "none":
                found = MapChoice()
            elif word == "all":
                found = replace(found, everything=True)
            elif word == "reversed" or (kind in COUNTED and colon):
                number = _count(word, count) if colon else USUAL
                found = replace(found, **{kind: max(number, getattr(found, kind))})
            elif word in COUNTED:
                raise InputError(f"{word} needs a number.", f"Write {word}:20.")
            else:
                found = replace(found, names=(*found.names, word))
        return found

    def __bool__(self) -> bool:
        """Whether any are."""
        return self != MapChoice()

    @property
    def by_scores(self) -> bool:
        """Whether the scores say which."""
        return not self.everything and bool(self.least or self.most or self.reversed)

    def rows(self, scores: Table) -> list[int]:
        """The pictures that the scores point at, by their places; sorted.

        Args:
            scores: `[P, M]` after removal, NaN without a score.
        """
        if self.everything:
            return list(range(len(scores)))
        found: set[int] = set()
        for column in range(scores.shape[1]):
            found |= _lowest(scores[:, column], self.least) | _lowest(-scores[:, column], self.most)
        if self.reversed:
            for pair in neighbours(scores, most=self.reversed):
                found.update(pair.reversed_on)
        return sorted(found)


def _lowest(values: np.ndarray, count: int) -> set[int]:
    known = np.flatnonzero(np.isfinite(values))
    return set(known[np.argsort(values[known], kind="stable")][:count].tolist())


def _count(word: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise InputError(f"{word!r} needs a number from 1 to {MOST:,}.", f"Write {WORDS}.")
    return int(text)
