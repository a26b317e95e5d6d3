"""What one browser session holds, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from components.session.jobs.keeper import Keeper
from components.session.jobs.state import JobState
from components.session.state.beside import ControlState as ControlState
from components.session.state.beside import InputsState as InputsState
from components.session.state.beside import NoiseState as NoiseState
from components.session.state.beside import SeedState as SeedState
from components.session.state.growing import Growing as Growing
from components.session.state.opening import Judged, OpeningState
from components.session.state.pair import PairState
from components.session.state.scale import ScaleState
from components.session.state.sources import Pending as Pending
from components.session.state.sources import Photo as Photo
from components.session.state.sources import Source as Source
from components.session.state.sources import free_name
from components.session.state.study import StudyState as StudyState
from xai_core.attribution.methods.base import METHODS
from xai_core.base.parameters import describe
from xai_core.base.target import Target
from xai_core.demo.example import METHODS as EXAMPLE_METHODS
from xai_core.demo.example import example_run, exhibit
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import SPEC
from xai_core.maps.recipe import Recipe
from xai_core.models.demo import MODEL_TITLE, demo_weights
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.demo import PICTURES, picture_path
from xai_core.readiness.result import Verdict
from xai_core.runs.run import Run

KEY = "workspace"
WAFERS = ("particle", "bridge", "scratch", "missing-contact")  # offered beside the photos


@dataclass(frozen=True)
class UploadedCard:
    """An uploaded result card. told: what it brought back, and what is missing."""

    photo: Photo
    told: tuple[str, ...]


@dataclass
class Workspace(JobState[Run]):
    """The session: what is chosen, and the result on screen.

    Attributes:
        sources, photos: all that can be chosen, by title and by name.
        target: class index; None for the top class; or another kind with all its parameters.
        settings: parameters by method, complete. chosen: methods to compare, in order.
        wished: those that a person chose beside them, which the chosen model does not allow.
        recipe: without its quantile, which the slider owns. autocast: wanted where it is offered.
        run: the result on screen; the next one is what is being computed.
        measuring: the metrics that are being computed. bearing: the noise that models bear.
        verdicts: by model title, once checked. judged: the last one with what it was asked, which
            a later server takes over.
        pending: the upload that the model page asks about.
        opening: the model that is being opened.
        anyway: models to explain although their gradient does not agree with their output.
        control_state: the maps beside those of a run. seeding: the same maps by further seeds.
        many: of the page of many pictures. pairing: of the page that compares two models.
        scaling: pictures behind the scale of the heatmaps.
        quantile: of the slider, once drawn. quantile_page: where it was drawn last.
        returned: the result card that was uploaded last.
        run_id: of the result on screen, where it is kept. addressed: the id in the address.
        detecting: model and picture whose likely preset was asked for.
        keeper: keeps what is being computed, which is growing. linked: ids of runs that were
            opened by a link.
        view: what the widgets of `keeping.view` show, by key. again: models to open with trust
            once more, by title. notes: what a person is to know about what was brought back.
    """

    sources: dict[str, Source]
    photos: dict[str, Photo]
    source: str
    photo: str
    run: Run
    target: int | Target | None = None
    chosen: list[str] = field(default_factory=lambda: list(EXAMPLE_METHODS))
    wished: list[str] = field(default_factory=list)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    seed: int = 0
    autocast: bool = False
    recipe: Recipe = field(default_factory=Recipe)
    measuring: JobState[None] = field(default_factory=JobState)
    noise_state: NoiseState = field(default_factory=NoiseState)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    pending: Pending | None = None
    opening: OpeningState = field(default_factory=OpeningState)
    anyway: set[str] = field(default_factory=set)
    control_state: ControlState = field(default_factory=ControlState)
    every_input: InputsState = field(default_factory=InputsState)
    seeding: SeedState = field(default_factory=SeedState)
    quantile: float | None = None
    quantile_page: str = ""
    study_state: StudyState = field(default_factory=StudyState)
    pairing: PairState = field(default_factory=PairState)
    scaling: ScaleState = field(default_factory=ScaleState)
    returned: UploadedCard | None = None
    run_id: str | None = None
    addressed: str | None = None
    detecting: tuple[str, str] | None = None
    keeper: Keeper | None = None
    growing: Growing | None = None
    linked: set[str] = field(default_factory=set)
    view: dict[str, Any] = field(default_factory=dict)
    again: dict[str, Pending] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add_source(self, source: Source) -> None:
        """Offer a model and choose it; another file of the same name keeps its place."""
        title = free_name(source.title, source.path, {k: v.path for k, v in self.sources.items()})
        self.sources[title] = replace(source, title=title)
        before = self.again.pop(title, None)
        known = before is not None and before.path == source.path
        self.source, self.target = title, before.target if before and known else None

    def add_photo(self, photo: Photo) -> None:
        """Offer a picture and choose it; another file of the same name keeps its place."""
        name = free_name(photo.name, photo.path, {k: v.path for k, v in self.photos.items()})
        self.photos[name] = replace(photo, name=name)
        self.photo, self.target = name, None

    def remove(self, path: Path) -> None:
        """Offer an uploaded file no longer; the first of those that stay takes its place."""
        self.sources = {name: one for name, one in self.sources.items() if one.path != path}
        self.photos = {name: one for name, one in self.photos.items() if one.path != path}
        self.again = {name: one for name, one in self.again.items() if one.path != path}
        if self.pending is not None and self.pending.path == path:
            self.pending = None
        if self.source not in self.sources:
            self.source, self.target = next(iter(self.sources)), None
        if self.photo not in self.photos:
            self.photo, self.target = next(iter(self.photos)), None

    def forget(self) -> None:
        """Let go of all results: nobody can come back to this session any more."""
        self.run, self.job, self.pending, self.run_id = example_run(), None, None, None
        self.growing = None
        self.control_state = ControlState()
        self.seeding.job = None
        self.study_state.study = self.study_state.job = None
        self.pairing.pair = self.pairing.job = None
        self.verdicts.clear()
        self.judged.clear()

    def parameters(self, method: str) -> Mapping[str, Any]:
        """The parameters that a method is to run with."""
        defaults = {info.name: info.default for info in describe(METHODS[method].Parameters)}
        return {**defaults, **self.settings.get(method, {})}


def workspace() -> Workspace:
    """This session's workspace; a new session starts with the example's finished result."""
    if KEY not in st.session_state:
        st.session_state[KEY] = fresh()
    found: Workspace = st.session_state[KEY]
    return found


def fresh() -> Workspace:
    """A workspace in which nothing has been chosen."""
    run, network = example_run(), exhibit()
    wafers = [Photo(EXAMPLES[name].title, EXAMPLES[name].path) for name in WAFERS]
    photos = [*wafers, *(Photo(name, picture_path(name)) for name in PICTURES)]
    example = Source(
        run.model, network.model_path, LoadOptions(input_spec=SPEC), labels=network.labels
    )
    return Workspace(
        sources={run.model: example, MODEL_TITLE: Source(MODEL_TITLE, demo_weights())},
        photos={one.name: one for one in photos},
        source=run.model,
        photo=run.picture,
        run=run,
        target=run.target,
        settings={name: dict(given) for name, given in EXAMPLE_METHODS.items()},
        study_state=StudyState(photos=[one.name for one in wafers]),
    )
