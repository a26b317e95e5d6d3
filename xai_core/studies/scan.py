"""One pass over a study's shards: a number for each picture and method, means over the curves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, UInt64

from xai_core.attribution.methods.base import METHODS
from xai_core.base.parameters import filled
from xai_core.scores.agreement import Table
from xai_core.scores.bootstrap import MOST, Band, band
from xai_core.scores.moments import Moments
from xai_core.studies.entry import QUANTILES
from xai_core.studies.figures.scan import FigureScan
from xai_core.studies.setting import EACH
from xai_core.studies.shards import Shards
from xai_core.studies.shards.table import curves_of

DIGITS = 16  # hexadecimal, of a picture's SHA-256: two of a million share them once in 10⁷ studies
CAUSES = 100  # different ones that are counted for each method
COLUMNS = ("kind", "picture", "method", "parameters", "raw", "curve", "seconds", "cause")
FIGURES = ("metrics", "localisation", "reasons")
Ids = UInt64[np.ndarray, "n"]
_NO_KEYS: Ids = np.empty(0, np.uint64)


@dataclass
class Scan:
    """What one pass finds.

    Attributes:
        columns: methods with parameters, as they came. ids: `[P]`, of pictures, sorted.
        raw, scores: `[P, M]`, before removal and at `quantile`. causes: by column.
        figures: what was measured beside the score.
    """

    quantile: float
    columns: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    causes: list[Counter[str]] = field(default_factory=list)
    seconds: float = 0.0
    ids: Ids = field(default_factory=lambda: np.empty(0, np.uint64))
    raw: Table = field(default_factory=lambda: np.empty((0, 0)))
    scores: Table = field(default_factory=lambda: np.empty((0, 0)))
    figures: FigureScan = field(default_factory=FigureScan)
    _moments: list[Moments] = field(default_factory=list)
    _parts: list[tuple[Ids, np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    _curves: list[np.ndarray] | None = field(default_factory=list)
    _places: tuple[np.ndarray, np.ndarray] | None = None

    def curves(self, order: Sequence[int]) -> Band:
        """Means `[M, Q]` of these columns: by bootstrap of what is few, by normal theory else."""
        if self._places is not None and self._curves and self.columns:
            rows, columns = self._places
            table = np.full((len(self.ids), len(self.columns), len(QUANTILES)), np.nan)
            table[rows, columns] = np.concatenate(self._curves)
            return band(table[:, list(order)])
        shape = (len(order), len(QUANTILES))
        found = [self._moments[column].band() for column in order]
        if not found:
            nothing = np.full(shape, np.nan)
            return Band(nothing, nothing, nothing, np.zeros(shape, np.int64))
        mean, low, high, pictures = (
            np.stack([getattr(one, name) for one in found])
            for name in ("mean", "low", "high", "pictures")
        )
        return Band(mean, low, high, pictures, "normal")

    def take(self, batch: Any) -> None:
        """One more batch of rows."""
        ids, known = ids_of(batch)
        known &= np.array(batch["kind"].to_pylist()) == "score"
        columns = self._columns_of(batch)
        curves = curves_of(batch)
        raw = batch["raw"].to_numpy(zero_copy_only=False)
        at = curves[:, int(np.abs(QUANTILES - self.quantile).argmin())]
        self._parts.append((ids[known], columns[known], raw[known], at[known]))
        for column in np.unique(columns[known]).tolist():
            self._moments[column].add(curves[known & (columns == column)])
        if self._curves is not None:
            self._curves.append(curves[known])
            if sum(map(np.size, self._curves)) > MOST:
                self._curves = None
        self.seconds += float(np.nansum(batch["seconds"].to_numpy(zero_copy_only=False)[known]))
        self._count_causes(batch, columns, known)
        self.figures.take(batch, ids, columns, known)

    def close(self) -> None:
        """Put what was taken into tables."""
        nothing = (self.ids, np.empty(0, np.int64), np.empty(0), np.empty(0))
        parts = [np.concatenate(one) for one in zip(nothing, *self._parts, strict=True)]
        self._parts = []
        self.ids, rows = np.unique(parts[0], return_inverse=True)
        shape = (len(self.ids), len(self.columns))
        self.raw, self.scores = np.full(shape, np.nan), np.full(shape, np.nan)
        self.raw[rows, parts[1]] = parts[2]
        self.scores[rows, parts[1]] = parts[3]
        self.figures.close(self.ids, len(self.columns))
        self._places = (rows, parts[1]) if self._curves is not None else None

    def _columns_of(self, batch: Any) -> np.ndarray:
        """The column of each row; new ones are added."""
        import pyarrow.compute as pc

        both = pc.binary_join_element_wise(batch["method"], batch["parameters"], "\n")
        encoded = both.dictionary_encode()
        places = [self._column(text) for text in encoded.dictionary.to_pylist()]
        return np.array(places, np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]

    def _column(self, text: str) -> int:
        method, _, parameters = text.partition("\n")
        if not method:  # of a refused picture
            return -1
        given = json.loads(parameters)
        if method in METHODS:  # a parameter that is added later makes no other column
            given = filled(METHODS[method].Parameters, given)
        one = (method, given)
        if one not in self.columns:
            self.columns.append(one)
            self.causes.append(Counter())
            self._moments.append(Moments(QUANTILES.shape))
        return self.columns.index(one)

    def _count_causes(self, batch: Any, columns: np.ndarray, known: Bool[np.ndarray, "n"]) -> None:
        if batch["cause"].null_count == len(batch["cause"]):
            return
        causes = batch["cause"].to_pylist()
        for place in np.flatnonzero(known).tolist():
            found = self.causes[columns[place]]
            if causes[place] and (causes[place] in found or len(found) < CAUSES):
                found[causes[place]] += 1


def scanned(shards: Shards, quantile: float) -> Scan:
    """One pass. Raises `XaiError` as `Shards.batches` does."""
    found = Scan(float(QUANTILES[int(np.abs(QUANTILES - quantile).argmin())]))
    gone = _replaced(shards) if shards.description.fixed.get("truths") == EACH else ()
    for batch in shards.batches((*COLUMNS, *FIGURES, *(("key",) if len(gone) else ()))):
        found.take(batch.filter(~np.isin(_key_halves(batch), gone)) if len(gone) else batch)
    found.close()
    return found


def _replaced(shards: Shards) -> Ids:
    """Rows, by halves of their keys, of a picture and method that have a later one: the picture's
    mask is another by now.
    """
    columns, parts = Scan(0.0), [(np.empty(0, np.uint64), np.empty(0, np.int64), _NO_KEYS)]
    for batch in shards.batches(("key", "picture", "method", "parameters")):
        ids, known = ids_of(batch)
        column = columns._columns_of(batch)
        known &= column >= 0
        parts.append((ids[known], column[known], _key_halves(batch)[known]))
    ids, column, keys = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.lexsort((column, ids))  # of equal ones the later row stays behind
    again = (np.diff(ids[order]) == 0) & (np.diff(column[order]) == 0)
    return keys[order[:-1][again]]


def _key_halves(batch: Any) -> Ids:
    return np.frombuffer(b"".join(batch["key"].to_pylist()), np.uint64)[::2]


def ids_of(batch: Any) -> tuple[Ids, Bool[np.ndarray, "n"]]:
    """A number for each row's picture, and whether it has one."""
    texts = [text[:DIGITS] for text in batch["picture"].to_pylist()]
    known = np.array([len(text) == DIGITS for text in texts], np.bool_)
    joined = "".join(text if len(text) == DIGITS else "0" * DIGITS for text in texts)
    return np.frombuffer(bytes.fromhex(joined), ">u8").astype(np.uint64), known
