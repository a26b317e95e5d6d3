"""A set of 16-byte keys that takes 16 bytes for each: for millions of rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Bool, UInt64

from xai_core.studies.shards.row import KEY_BYTES

Halves = UInt64[np.ndarray, "n 2"]
FRESH = 65_536  # keys as Python objects, at about 90 bytes each, before they are sorted in


class Keys:
    """Keys, to be asked and to be added to; 16 bytes a key, and at most 6 MB of new ones.

    Args:
        blocks: of keys, `n × 16` bytes each, doubled ones allowed.
    """

    def __init__(self, blocks: Iterable[bytes] = ()) -> None:
        arrays = [halves(block) for block in blocks]
        self._sorted = _unique(np.concatenate(arrays) if arrays else halves(b""))
        self._fresh: set[bytes] = set()

    def __contains__(self, key: bytes) -> bool:
        if key in self._fresh:
            return True
        high, low = halves(key)[0]
        place = int(np.searchsorted(self._sorted[:, 0], high))
        while place < len(self._sorted) and self._sorted[place, 0] == high:
            if self._sorted[place, 1] == low:
                return True
            place += 1
        return False

    def __len__(self) -> int:
        return len(self._sorted) + len(self._fresh)

    def add(self, key: bytes) -> None:
        """One more."""
        if key in self:
            return
        self._fresh.add(key)
        if len(self._fresh) >= FRESH:
            both = (self._sorted, halves(b"".join(self._fresh)))
            self._sorted, self._fresh = _unique(np.concatenate(both)), set()


def halves(block: bytes) -> Halves:
    """Keys one behind the other, as two numbers each."""
    return np.frombuffer(block, np.uint64).reshape(-1, KEY_BYTES // 8)


def first_of_each(keys: Halves) -> Bool[np.ndarray, "n"] | None:
    """Whether each key is the first of its kind; None where all are."""
    order = np.lexsort((np.arange(len(keys)), keys[:, 1], keys[:, 0]))
    ordered = keys[order]
    new = np.ones(len(keys), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(1)
    if new.all():
        return None
    first = np.empty(len(keys), np.bool_)
    first[order] = new
    return first


def _unique(keys: Halves) -> Halves:
    ordered = keys[np.lexsort((keys[:, 1], keys[:, 0]))]
    if len(ordered) < 2:
        return ordered
    new = np.ones(len(ordered), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(1)
    return ordered if new.all() else ordered[new]
