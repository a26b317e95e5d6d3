"""A study whose maps are kept in the pass that scores them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from xai_core.attribution.batches.order import Found
from xai_core.attribution.result import Attribution
from xai_core.base.pace import Pace
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.entry import Entry
from xai_core.studies.figures.measured import Figures, Truth
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.records import NamedPicture, Records
from xai_core.studies.store import Methods, Study

ScoreAndMap = tuple[Entry, np.ndarray]


class WithMaps(Records[ScoreAndMap]):
    """The entries of a study, each with its map: what `conduct` fills in one pass."""

    def __init__(self, study: Study, maps: StudyMaps) -> None:
        self._study, self._maps = study, maps
        self.spec, self.seed, self.target = study.spec, study.seed, study.target
        self.folder, self.names = study.folder, study.names

    def meet(self, subjects: Iterable[NamedPicture]) -> None:
        """As of `Records`."""
        self._study.meet(subjects)

    @property
    def pace(self) -> Pace:
        """As of `Records`: that of the study."""
        return self._study.pace

    def entry(self, picture: str, method: str, parameters: Mapping[str, Any]) -> ScoreAndMap | None:
        """As of `Records`; None also where only one of the two is known."""
        one = self._study.entry(picture, method, parameters)
        values = None if one is None else self._maps.entry(picture, method, parameters)
        return None if one is None or values is None else (one, values)

    def keep(
        self, picture: str, method: str, parameters: Mapping[str, Any], entry: ScoreAndMap
    ) -> None:
        """As of `Records`; the map first, so that a score never lacks it."""
        self._maps.keep(picture, method, parameters, entry[1])
        if not self._study.knows(picture, method, parameters):
            self._study.keep(picture, method, parameters, entry[0])

    def of_map(self, attribution: Attribution, content: tuple[int, int, int, int]) -> ScoreAndMap:
        """As of `Records`."""
        return self._study.of_map(attribution, content), self._maps.of_map(attribution, content)

    def of_failure(self, target: int | None, cause: str) -> ScoreAndMap:
        """As of `Records`."""
        return self._study.of_failure(target, cause), self._maps.of_failure(target, cause)

    def take_over(self, subjects: Sequence[NamedPicture], methods: Methods) -> None:
        """As of `Records`."""
        self._study.take_over(subjects, methods)

    def lacking(self, pictures: Sequence[str], methods: Methods) -> tuple[str, ...]:
        """As of `Records`."""
        return self._study.lacking(pictures, methods)

    def measured(
        self,
        explainer: ManyExplainer,
        pictures: Sequence[Prepared],
        truths: Sequence[Truth],
        found: Sequence[Found],
        metrics: Sequence[str],
        cancel: threading.Event | None = None,
    ) -> Sequence[Mapping[str, Figures]]:
        """As of `Records`."""
        return self._study.measured(explainer, pictures, truths, found, metrics, cancel)

    def with_figures(self, entry: ScoreAndMap, figures: Figures | None) -> ScoreAndMap:
        """As of `Records`."""
        return self._study.with_figures(entry[0], figures), entry[1]

    def flush(self) -> None:
        """As of `Records`."""
        self._study.flush()
