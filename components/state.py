"""What one browser session holds, as one typed object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from components.job import Job
from components.waiting import Turn
from xai_core.demo.models import MODEL_TITLE, demo_weights
from xai_core.demo.pictures import picture_path
from xai_core.demo.run import DEMO_METHODS, DEMO_PICTURE, demo_run
from xai_core.formats.base import LoadOptions
from xai_core.images import InputSpec
from xai_core.methods.base import METHODS
from xai_core.methods.parameters import describe
from xai_core.recipe import Recipe
from xai_core.runs import Run
from xai_core.types import Verdict

KEY = "workspace"


@dataclass(frozen=True)
class Source:
    """A model file that the session may open.

    Attributes:
        labels: class names that the user gave, which go before the model's own.
        spec: how pictures become inputs, where the user or the check chose it.
    """

    title: str
    path: Path
    options: LoadOptions = field(default_factory=LoadOptions)
    labels: tuple[str, ...] | None = None
    spec: InputSpec | None = None


@dataclass(frozen=True)
class Photo:
    """A picture file that the session may explain."""

    name: str
    path: Path


@dataclass
class Pending:
    """An uploaded model file that is looked at and not opened yet.

    Attributes:
        code: the Python files that came with it, by name. labels: the class names that did.
    """

    name: str
    path: Path
    code: dict[str, bytes] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None


@dataclass
class Measuring:
    """Metrics that a model is asked for.

    Attributes:
        job: what is being computed. turn: how many go before it. note: why the last one ended
            early.
    """

    job: Job[None] | None = None
    turn: Turn = field(default_factory=Turn)
    note: str | None = None


@dataclass
class Workspace:
    """The session: what is chosen, and the result on screen.

    Attributes:
        sources, photos: all that can be chosen, by title and by name.
        target: class index; None for the top class.
        settings: parameters by method, complete. chosen: methods to compare, in order.
        recipe: without its quantile, which the slider owns.
        run: the result on screen. job: what is being computed. turn: how many go before it.
        measuring: the metrics that are being computed.
        failure: why the last computation gave nothing. stopped: it was cancelled.
        verdicts: by model title, once checked.
        pending: the upload that the model page asks about.
        anyway: models to explain although their gradient does not agree with their output.
        quantile: of the slider, once drawn. quantile_page: where it was drawn last.
    """

    sources: dict[str, Source]
    photos: dict[str, Photo]
    source: str
    photo: str
    run: Run
    target: int | None = None
    chosen: list[str] = field(default_factory=lambda: list(DEMO_METHODS))
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    job: Job[Run] | None = None
    turn: Turn = field(default_factory=Turn)
    measuring: Measuring = field(default_factory=Measuring)
    failure: str | None = None
    stopped: bool = False
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    pending: Pending | None = None
    anyway: set[str] = field(default_factory=set)
    quantile: float | None = None
    quantile_page: str = ""

    def add_source(self, source: Source) -> None:
        """Offer a model and choose it; another file of the same name keeps its place."""
        title = _free(source.title, source.path, {k: v.path for k, v in self.sources.items()})
        self.sources[title] = replace(source, title=title)
        self.source, self.target = title, None

    def add_photo(self, photo: Photo) -> None:
        """Offer a picture and choose it; another file of the same name keeps its place."""
        name = _free(photo.name, photo.path, {k: v.path for k, v in self.photos.items()})
        self.photos[name] = replace(photo, name=name)
        self.photo, self.target = name, None

    def remove(self, path: Path) -> None:
        """Offer an uploaded file no longer; the first of those that stay takes its place."""
        self.sources = {name: one for name, one in self.sources.items() if one.path != path}
        self.photos = {name: one for name, one in self.photos.items() if one.path != path}
        if self.pending is not None and self.pending.path == path:
            self.pending = None
        if self.source not in self.sources:
            self.source, self.target = next(iter(self.sources)), None
        if self.photo not in self.photos:
            self.photo, self.target = next(iter(self.photos)), None

    def forget(self) -> None:
        """Let go of all results: nobody can come back to this session any more."""
        self.run, self.job, self.pending = demo_run(), None, None
        self.verdicts.clear()

    def parameters(self, method: str) -> Mapping[str, Any]:
        """The parameters that a method is to run with."""
        defaults = {info.name: info.default for info in describe(METHODS[method].Parameters)}
        return {**defaults, **self.settings.get(method, {})}


def workspace() -> Workspace:
    """This session's workspace; a new session starts with the demo's finished result."""
    if KEY not in st.session_state:
        st.session_state[KEY] = _fresh()
    found: Workspace = st.session_state[KEY]
    return found


def _free(name: str, path: Path, taken: Mapping[str, Path]) -> str:
    if taken.get(name, path) == path:
        return name
    return f"{name} ({path.name[:6]})"  # uploads are named by their hash


def _fresh() -> Workspace:
    photos = {name: Photo(name, picture_path(name)) for name in ("rocket", "cat", "coffee")}
    run = demo_run()
    return Workspace(
        sources={MODEL_TITLE: Source(MODEL_TITLE, demo_weights())},
        photos=photos,
        source=MODEL_TITLE,
        photo=DEMO_PICTURE,
        run=run,
        settings={name: dict(given) for name, given in DEMO_METHODS.items()},
    )
