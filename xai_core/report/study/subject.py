"""What is shared of a study: its pictures and methods, seen at one quantile."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.base.errors import InputError
from xai_core.readiness.result import Verdict
from xai_core.report.subject import Setup, opened_as
from xai_core.scores.bootstrap import Band, band
from xai_core.scores.statistics import Statistics, headline, statistics
from xai_core.studies.entry import QUANTILES
from xai_core.studies.result import StudyResult

STEP = 5  # hundredths between the quantiles that a report can be moved to


@dataclass(frozen=True)
class StudySubject:
    """A study as it is shared.

    Attributes:
        quantile: one of `QUANTILES`. verdict: on the model, where it was checked. run_id: where
            the study is kept. note, link: as in `Subject`.
    """

    study: StudyResult
    quantile: float
    verdict: Verdict | None = None
    setup: Setup = field(default_factory=Setup)
    run_id: str | None = None
    note: str = ""
    link: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Titles of the methods, column by column."""
        return tuple(title_of(name) for name in self.study.methods)

    @cached_property
    def here(self) -> Statistics:
        """At the quantile."""
        return self.at(self.quantile)

    @cached_property
    def bands(self) -> Band:
        """Means with intervals at all quantiles, `[M, Q]`."""
        return band(self.study.table.curves)

    @property
    def headline(self) -> str:
        """One sentence."""
        return headline(self.names, self.here, self.quantile)

    @property
    def steps(self) -> tuple[float, ...]:
        """Quantiles that a report can be moved to, the one that is shared among them."""
        own = int(np.abs(QUANTILES - self.quantile).argmin())
        places = sorted({own, *range(0, len(QUANTILES), STEP)})
        return tuple(float(QUANTILES[place]) for place in places)

    @cached_property
    def _known(self) -> dict[float, Statistics]:
        return {}

    def at(self, quantile: float) -> Statistics:
        """The statistics at the nearest of `QUANTILES`."""
        if quantile not in self._known:
            self._known[quantile] = statistics(self.study.table.at(quantile))
        return self._known[quantile]


def study_subject_of(
    study: StudyResult,
    quantile: float | None = None,
    methods: tuple[str, ...] | None = None,
    *,
    verdict: Verdict | None = None,
    setup: Setup | None = None,
    run_id: str | None = None,
    note: str = "",
    link: str = "",
) -> StudySubject:
    """A study at a quantile; at the one that it was kept with where that is None.

    Raises:
        InputError: an unknown method, or a quantile outside [0, 1].
    """
    wanted = study.quantile if quantile is None else quantile
    if not 0 <= wanted <= 1:
        raise InputError(f"A quantile lies between 0 and 1, not at {wanted:g}.")
    nearest = float(QUANTILES[int(np.abs(QUANTILES - wanted).argmin())])
    chosen = study if methods is None else study.of(methods)
    return StudySubject(chosen, nearest, verdict, setup or opened_as(study), run_id, note, link)
