"""A study of the page while it is computed: here, or by a job where its pictures are many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from components.methods import pace
from components.pictures import own_process
from components.session.decoding import Decode
from components.session.processes import Access
from components.session.state.workspace import Source
from xai_core.attribution.pace.cache import Paces
from xai_core.base.arrays import Inputs
from xai_core.base.progress import Progress
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.computation import samples_of
from xai_core.studies.computation import Place, Subject, conduct
from xai_core.studies.figures.measured import Truth
from xai_core.studies.maps.both import WithMaps
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.records import Records
from xai_core.studies.reuse.donors import pace_beside
from xai_core.studies.store import Methods, Study


@dataclass(frozen=True)
class Computing:
    """What it takes; for any thread.

    Attributes:
        decode, truth, at: as `conduct` has them.
    """

    access: Access
    decode: Decode
    truth: Callable[[Subject, InputSpec], Truth]
    source: Source
    study: Study
    pictures: Sequence[Subject]
    methods: Methods
    at: Callable[[Place], None]

    def scores(
        self, progress: Progress, cancel: threading.Event, maps: StudyMaps | None
    ) -> dict[str, str]:
        """What is missing, and into `maps` all maps; why pictures were refused, by name."""
        self._settle_pace()
        records = self.study if maps is None else WithMaps(self.study, maps)
        return self._fill(records, self.pictures, maps is not None, progress, cancel)

    def maps_of(
        self,
        pictures: Sequence[Subject],
        maps: StudyMaps,
        progress: Progress,
        cancel: threading.Event,
    ) -> None:
        """The maps of some, once more."""
        self._fill(maps, pictures, True, progress, cancel)

    def _fill(
        self,
        records: Records[Any],
        pictures: Sequence[Subject],
        maps: bool,
        progress: Progress,
        cancel: threading.Event,
    ) -> dict[str, str]:
        if by_job(self.pictures):
            words = ("all",) if maps else ()
            compute = partial(own_process.compute, self.study, self.source, pictures, self.methods)
            return compute(progress, cancel, maps=words)
        how: dict[str, Any] = {"decode": self.decode, "truth": self.truth, "at": self.at}
        lend = self.access.lender(self.source)
        how |= {"progress": progress, "cancel": cancel}
        return conduct(records, pictures, self.methods, lend, **how)

    def _settle_pace(self) -> None:
        """Of a study that has not begun."""
        if not self.pictures or self.study.begun:
            return
        earlier = pace_beside(self.study.folder, self.study.setting)
        if earlier is not None:  # whose scores are taken over
            self.study.keep_to(earlier)
            return
        spec, first = self.study.spec, self.pictures[0].path
        samples = len(self.pictures) * sum(samples_of(self.methods, spec.shape).values())

        def inputs() -> Inputs:
            return self.decode(first, spec).inputs

        key = pace.key_for(self.source)
        asked = (self.access, Paces(), key, self.source, inputs, samples)
        self.study.keep_to(pace.for_many(*asked))


def by_job(pictures: Sequence[Subject]) -> bool:
    """Whether a job computes it, whose progress is in pictures, not in samples."""
    return len(pictures) >= own_process.MANY
