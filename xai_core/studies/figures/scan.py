"""The figures beside the scores, from the shards' columns of maps into tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, UInt64

from xai_core.scores.agreement import Table

VALUES = ("metrics", "localisation")
CAUSES = 100  # different ones that are counted for each metric
Ids = UInt64[np.ndarray, "n"]


class FigureScan:
    """What a pass over the shards finds.

    Attributes:
        tables: `[P, M]` by the text of each metric, NaN without a figure; once it is closed.
        reasons: by metric, why maps have none, how often.
    """

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.reasons: dict[str, Counter[str]] = {}
        self._parts: dict[str, list[tuple[Ids, np.ndarray, np.ndarray]]] = {}

    def take(
        self,
        batch: Any,
        ids: Ids,
        columns: Int[np.ndarray, "n"],
        known: Bool[np.ndarray, "n"],
    ) -> None:
        """One more batch of rows. known: which of them count."""
        for name in VALUES:
            for metric, rows, values in _by_key(batch.column(name)):
                counted = known[rows]
                at = rows[counted]
                part = (ids[at], columns[at], values[counted])
                self._parts.setdefault(metric, []).append(part)
        for metric, rows, why in _by_key(batch.column("reasons")):
            found = self.reasons.setdefault(metric, Counter())
            for cause in why[known[rows]].tolist():
                if cause in found or len(found) < CAUSES:
                    found[cause] += 1

    def close(self, ids: Ids, methods: int) -> None:
        """Put what was taken into tables. ids: of all pictures, sorted."""
        for metric, parts in self._parts.items():
            found = np.full((len(ids), methods), np.nan)
            pictures, columns, values = (np.concatenate(one) for one in zip(*parts, strict=True))
            found[np.searchsorted(ids, pictures), columns] = values
            self.tables[metric] = found
        self._parts = {}


def _by_key(column: Any) -> list[tuple[str, Int[np.ndarray, "k"], np.ndarray]]:
    """Each key of a column of maps, with the rows that have it and their values."""
    if column.null_count == len(column):
        return []
    offsets = column.offsets.to_numpy(zero_copy_only=False)
    first, last = int(offsets[0]), int(offsets[-1])
    encoded = column.keys[first:last].dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    values = column.items[first:last].to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(column)), np.diff(offsets))
    return [
        (key, rows[codes == code], values[codes == code])
        for code, key in enumerate(encoded.dictionary.to_pylist())
    ]
