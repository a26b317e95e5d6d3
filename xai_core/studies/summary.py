"""What a study of very many pictures says, without its curves in memory.

One pass over the shards takes about 200 bytes for each picture and method at its peak: 180 MB were
measured for 300,000 pictures by three methods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt64

from xai_core.base.errors import InputError
from xai_core.scores.agreement import Table
from xai_core.scores.bootstrap import Band
from xai_core.scores.statistics import Statistics, statistics
from xai_core.studies.figures.measured import lower, place_of
from xai_core.studies.scan import Scan, ids_of, scanned
from xai_core.studies.shards import Description, Shards

REVERSED = 100  # pictures that a comparison of two methods names


@dataclass(frozen=True)
class StudySummary:
    """The statistics of a study's shards at one quantile, and the means at all.

    Attributes:
        folder, description: of the study. methods: names of the columns; one with several sets of
            parameters has these in its name. parameters: of each. quantile: nearest of `QUANTILES`.
        raw, scores: Complexity `[P, M]` before removal and after it; NaN without a score.
        curves: means `[M, Q]` with intervals; `Band.kind` says which. causes: why maps have no
            score, how often, by method. seconds: of computation, in all.
        refused: why pictures were left out, by name. skipped: why files were, by name.
        figures: `[P, M]` by the text of each metric that was measured beside the score, as
            `AskedMetric` reads it. reasons: by metric, why maps have no figure, how often.
    """

    folder: Path
    description: Description
    methods: tuple[str, ...]
    parameters: tuple[Mapping[str, Any], ...]
    quantile: float
    raw: Table
    scores: Table
    curves: Band
    causes: Mapping[str, Counter[str]]
    seconds: float
    refused: Mapping[str, str]
    skipped: Mapping[str, str]
    ids: UInt64[np.ndarray, "p"] = field(repr=False)
    figures: Mapping[str, Table] = field(default_factory=dict)
    reasons: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def pictures(self) -> int:
        """How many have a row of at least one method."""
        return len(self.scores)

    @property
    def done(self) -> int:
        """How many have a score of every method."""
        return int(np.isfinite(self.scores).all(1).sum()) if self.methods else 0

    @cached_property
    def statistics(self) -> Statistics:
        """After removal; a comparison names the 100 clearest reversals, as rows for `names`."""
        return statistics(self.scores, reversed_most=REVERSED)

    @cached_property
    def measured(self) -> dict[str, Statistics]:
        """Of each metric: means with intervals, places, agreement and tests, as of the score."""
        return {
            metric: statistics(values, lower(metric), reversed_most=REVERSED)
            for metric, values in self.figures.items()
        }

    def names(self, rows: Sequence[int]) -> list[str]:
        """What the pictures in these rows are called; the shards are read again for it."""
        wanted = {int(self.ids[row]): "" for row in rows}
        targets = np.array(sorted(wanted), np.uint64)
        for batch in Shards(self.folder).batches(["picture", "name"]):
            ids, known = ids_of(batch)
            hit = np.flatnonzero(known & np.isin(ids, targets))
            for place in hit.tolist():
                wanted[int(ids[place])] = batch["name"][place].as_py()
        return [wanted[int(self.ids[row])] for row in rows]


def open_summary(folder: Path | str, quantile: float = 0.2) -> StudySummary:
    """The summary of the shards in a folder, as far as they go.

    Raises:
        InputError: there is no study, or the quantile is outside [0, 1].
        XaiError: its shards were merged while they were read: read it again.
    """
    if not 0 <= quantile <= 1:
        raise InputError(f"A quantile between 0 and 1 was expected, not {quantile}.")
    shards = Shards(Path(folder))
    found: Scan = scanned(shards, quantile)
    names = _named(found.columns, list(shards.description.told.get("methods", ())))
    order = sorted(range(len(names)), key=lambda column: (names[column][0], names[column][1]))
    labels = tuple(names[column][1] for column in order)
    curves = found.curves(order)
    return StudySummary(
        folder=shards.folder,
        description=shards.description,
        methods=labels,
        parameters=tuple(found.columns[column][1] for column in order),
        quantile=found.quantile,
        raw=found.raw[:, order],
        scores=found.scores[:, order],
        curves=curves,
        causes={names[c][1]: found.causes[c] for c in order if found.causes[c]},
        seconds=found.seconds,
        refused=shards.refused(),
        skipped=dict(shards.skipped),
        ids=found.ids,
        figures={
            metric: found.figures.tables[metric][:, order]
            for metric in sorted(found.figures.tables, key=place_of)
        },
        reasons=found.figures.reasons,
    )


def _named(
    columns: Sequence[tuple[str, Mapping[str, Any]]], known: Sequence[str]
) -> list[tuple[int, str]]:
    """Each column's place in the order of the study's methods, and what it is called."""
    counts = Counter(method for method, _ in columns)
    return [
        (
            known.index(method) if method in known else len(known),
            method if counts[method] == 1 else f"{method} ({_differing(columns, place)})",
        )
        for place, (method, _) in enumerate(columns)
    ]


def _differing(columns: Sequence[tuple[str, Mapping[str, Any]]], place: int) -> str:
    method, given = columns[place]
    others = [parameters for name, parameters in columns if name == method]
    differ = [key for key in given if any(one.get(key) != given[key] for one in others)]
    return ", ".join(f"{key}={given[key]}" for key in differ)
