"""The study of many pictures, as a session holds it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from components.session.jobs.keeper import Keeper
from components.session.jobs.state import JobState
from components.session.state.sources import Photo, free_name
from xai_core.base.target import Target
from xai_core.studies.computation import Place
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Study


@dataclass
class StudyState(JobState[dict[str, str]]):
    """The study of many pictures: what belongs to it, and what is being computed for it.

    Attributes:
        photos: names of the session's photos that belong to it. uploaded: pictures that came for
            it alone, by name. refused: why files are left out, by name.
        target: of all pictures; None for each one's top class. index: of the class, where one was
            given for all.
        study: the one on screen. job: gives why pictures were refused.
        keeper: as in `Workspace`.
        opened: a kept one that is on screen in its place. run_id: of that one.
        kept: ids of kept studies by fingerprint, as far as they were looked for.
        opening: a picture of it was clicked, and its page comes next.
        place: the map that is being computed.
        demo: the demo's photos are still those that the page began with.
        metrics: names of those that are measured beside the score, after removal at `removal`.
        metric_settings: parameters of metrics by their names; missing ones take their defaults.
        localise: maps are compared with masks. maps: which ones are kept, of `maps_count` pictures.
        mapping: of how many pictures maps are made, once the scores have said which.
    """

    photos: list[str] = field(default_factory=list)
    uploaded: dict[str, Photo] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    target: int | Target | None = None
    index: int = 0
    study: Study | None = None
    keeper: Keeper | None = None
    opened: StudyResult | None = None
    run_id: str | None = None
    kept: dict[str, str | None] = field(default_factory=dict)
    opening: bool = False
    place: Place | None = None
    demo: bool = True
    metrics: list[str] = field(default_factory=list)
    metric_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    localise: bool = False
    removal: float = 0.2
    maps: str = "none"
    maps_count: int = 20
    mapping: int = 0

    def add(self, photo: Photo) -> None:
        """One more uploaded picture; another file of the same name keeps its place."""
        name = free_name(photo.name, photo.path, {k: v.path for k, v in self.uploaded.items()})
        self.uploaded[name] = replace(photo, name=name)

    def within(self, picture: str) -> dict[str, float]:
        """How much of the chunk that is being computed is through, by method, in [0, 1]; nothing
        for a picture that is not in it.
        """
        place, job = self.place, self.job
        if job is None or place is None or picture not in place.pictures:
            return {}
        share = min(1.0, max(0, job.done - place.before) / max(1, place.samples))
        return dict.fromkeys(place.methods, share)
