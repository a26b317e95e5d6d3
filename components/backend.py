"""Every cached function and every shared process. Nothing here opens a model file itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st

from components.state import Photo, Source, Workspace
from xai_core.comparison import guesses, score
from xai_core.formats.base import Inspection, LoadOptions
from xai_core.images import InputSpec, Prepared, open_picture, prepare
from xai_core.methods.base import METHODS
from xai_core.ranking import sweep
from xai_core.recipe import Recipe
from xai_core.runs import Guess, Run, Score
from xai_core.types import Availability, Inputs, Layer, Sweep, Verdict
from xai_core.worker import ModelCard, Worker

MAX_WORKERS = 4


@dataclass(frozen=True)
class OpenModel:
    """A model that a worker holds."""

    worker: Worker
    card: ModelCard

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Class names that the model carries."""
        return self.card.labels


@st.cache_resource(show_spinner=False, on_release=lambda worker: worker.close())
def scorer() -> Worker:
    """The worker that scores maps with Quantus; holds no model."""
    worker = Worker()
    worker.warm("score")
    return worker


@st.cache_resource(
    max_entries=MAX_WORKERS,
    show_spinner="Opening the model in a process of its own …",
    hash_funcs={LoadOptions: repr},
    on_release=lambda model: model.worker.close(),
)
def _opened(path: str, options: LoadOptions) -> OpenModel:
    worker = Worker()
    try:
        return OpenModel(worker, worker.load(Path(path), options))
    except BaseException:
        worker.close()
        raise


def opened(source: Source) -> OpenModel:
    """The model, loaded in a worker of its own.

    Raises:
        XaiError: it cannot be loaded; the worker is closed then.
    """
    return _opened(str(source.path), source.options)


def spec_of(source: Source) -> InputSpec:
    """How pictures become inputs of a model."""
    return source.spec or opened(source).card.input_spec


def fitted(source: Source) -> Source:
    """The source with an input size that the model was seen to run on."""
    found = opened(source).worker.assess(None).input_shape
    if found is None or len(found) != 4 or found[1] not in (1, 3):
        return source
    if found[1:] == opened(source).card.input_spec.shape:
        return source
    return replace(source, spec=InputSpec.for_shape(found[1], found[2], found[3]))


@st.cache_data(max_entries=64, show_spinner="Looking inside without running …")
def inspected(path: str) -> Inspection:
    """What a model file says of itself; it is read in the scoring worker, never here."""
    return scorer().inspect(path)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={InputSpec: repr})
def prepared(path: str, spec: InputSpec) -> Prepared:
    """A picture as a model gets it. Raises `InputError`."""
    return prepare(open_picture(Path(path)), spec)


@st.cache_data(max_entries=64, show_spinner="Predicting …", hash_funcs={Source: repr, Photo: repr})
def guessed(source: Source, photo: Photo) -> tuple[Guess, ...]:
    """Top five classes of a picture; none where the model has a single output."""
    model = opened(source)
    inputs = prepared(str(photo.path), spec_of(source)).inputs
    return guesses(model.worker.predict(inputs), source.labels or model.labels)


@st.cache_data(max_entries=64, show_spinner="Following the gradient …", hash_funcs={Source: repr})
def verdict(source: Source, photo: Photo) -> Verdict:
    """The readiness verdict of a model on a picture."""
    return opened(source).worker.assess(inputs_of(source, photo))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Source: repr, Photo: repr})
def layers(source: Source, photo: Photo) -> tuple[Layer, ...]:
    """The layers that run, with their output shapes."""
    return opened(source).worker.layers(inputs_of(source, photo))


def inputs_of(source: Source, photo: Photo) -> Inputs:
    """A picture as a model gets it, as an array."""
    return prepared(str(photo.path), spec_of(source)).inputs


@st.cache_data(max_entries=512, show_spinner="Scoring with Quantus …", hash_funcs={Recipe: repr})
def _scores(digest: str, recipe: Recipe, _run: Run) -> dict[str, Score]:
    return score(scorer(), _run.attributions, recipe)


def scores(run: Run, recipe: Recipe) -> Mapping[str, Score]:
    """Complexity of every map of a run by another recipe than the one it was kept with."""
    if recipe == run.recipe:
        return run.scores
    return _scores(digest(run), recipe, run)


@st.cache_data(max_entries=32, show_spinner=False)
def swept(maps: np.ndarray, quantiles: np.ndarray) -> Sweep:
    """Complexity of maps before removal, `[B, h, w]`, after removal at every quantile."""
    return sweep(maps, quantiles)


def known_availability(space: Workspace) -> Mapping[str, Availability]:
    """Which methods may run on the chosen model, where that has been checked already."""
    found = space.verdicts.get(space.source)
    if found is None:
        return {}
    if space.source in space.anyway or not mismatched(found):
        return found.methods
    reason = "Its gradient does not agree with its output. The model page has the proof."
    return {
        name: Availability(False, reason) if METHODS[name].needs_gradient else one
        for name, one in found.methods.items()
    }


def mismatched(verdict: Verdict) -> bool:
    """Whether the gradient was seen to disagree with finite differences."""
    return any(finding.code == "gradient-mismatch" for finding in verdict.findings)


def warm() -> None:
    """Start what the next click will need, without waiting for it."""
    scorer()


def digest(run: Run) -> str:
    """SHA-256 over the maps of a run."""
    total = hashlib.sha256()
    for name, one in run.attributions.items():
        total.update(name.encode())
        total.update(np.ascontiguousarray(one.values).data)
    return total.hexdigest()


def recipe_for(run: Run, recipe: Recipe, quantile: float) -> Recipe:
    """The recipe with the slider's quantile and the run's own padding."""
    return replace(recipe, quantile=quantile, crop=run.content)
