"""What pages ask models, pictures and maps for. Nothing here opens a model file itself."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st

from components.session import decoding
from components.session.jobs import queue
from components.session.processes import Access, answered, file_of, helpers, known, models
from components.session.state.workspace import Photo, Source
from xai_core.attribution.capabilities import Layer
from xai_core.base.arrays import Inputs, Sweep
from xai_core.base.errors import InputError
from xai_core.cage.protection import Protection
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import Inspection
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.result import Verdict
from xai_core.runs.computation import guesses, score
from xai_core.runs.manifest import maps_digest
from xai_core.runs.run import Guess, Run, Score
from xai_core.scores.ranking import sweep
from xai_core.targets.outputs import Prediction
from xai_core.worker import ModelCard
from xai_core.worker.serving.models import INSPECTOR, SCORER, HeldModel

OPENING = "Opening the model in a process of its own …"


@dataclass(frozen=True)
class OpenModel:
    """A model that was opened; its process may have been closed since, and comes back."""

    card: ModelCard
    protection: Protection

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Class names that the model carries."""
        return self.card.labels


def opened(source: Source) -> OpenModel:
    """The model, loaded in a process of its own.

    Raises:
        XaiError: it cannot be loaded; the process is closed then.
    """
    return answered(
        source,
        "card",
        lambda held, cancel: card_of(held),
        OPENING,
    )


def card_of(held: HeldModel) -> OpenModel:
    """What pages know of a model that a process holds."""
    return OpenModel(held.card, held.worker.protection)


def is_open(source: Source) -> bool:
    """Whether `opened` answers at once, because somebody has opened the model already."""
    return (file_of(source), "card") in known()


def spec_of(source: Source) -> InputSpec:
    """How pictures become inputs of a model."""
    return source.spec or opened(source).card.input_spec


def own_verdict(source: Source) -> Verdict:
    """The verdict on inputs that are made up."""
    return answered(
        source,
        "own-verdict",
        lambda one, stop: one.worker.assess(None, cancel=stop, proof_limit=source.proof_seconds),
        OPENING,
    )


def inspected(path: Path, name: str | None = None, member: str | None = None) -> Inspection:
    """What a model file says of itself; it is read in a process without a model, never here."""

    def compute() -> Inspection:
        with queue.shown("Looking inside without running …") as turn:
            access = Access(turn)
            with access.helper(INSPECTOR) as worker:
                return worker.inspect(path, cancel=access.cancel, name=name, member=member)

    return known().get(("inspection", path, name, member), compute)


def guessed(source: Source, photo: Photo) -> tuple[Guess, ...]:
    """Top five classes of a picture; none where the model has a single output."""
    return guesses(predicted(source, photo), source.labels or opened(source).labels)


def predicted(source: Source, photo: Photo) -> Prediction:
    """What a model gives on a picture."""
    inputs = inputs_of(source, photo)
    return answered(
        source,
        ("prediction", _asked(source, photo)),
        lambda held, cancel: held.worker.predict(inputs, cancel=cancel),
        "Predicting …",
    )


def verdict(source: Source, photo: Photo) -> Verdict:
    """The readiness verdict of a model on a picture, or on inputs of its own where that has not
    what the model takes.
    """
    try:
        inputs = inputs_of(source, photo)
    except InputError:
        return own_verdict(source)
    return answered(
        source,
        verdict_question(source, photo),
        lambda one, stop: one.worker.assess(inputs, cancel=stop, proof_limit=source.proof_seconds),
        "Following the gradient …",
    )


def is_judged(source: Source, photo: Photo) -> bool:
    """Whether `verdict` answers at once."""
    if not is_open(source):
        return False
    try:
        inputs_of(source, photo)
    except InputError:
        return (file_of(source), "own-verdict") in known()
    return (file_of(source), verdict_question(source, photo)) in known()


def verdict_question(source: Source, photo: Photo) -> Hashable:
    """The question that `verdict` asks, as `answered` names it."""
    return ("verdict", _asked(source, photo))


def layers(source: Source, photo: Photo) -> tuple[Layer, ...]:
    """The layers that run, with their output shapes."""
    inputs = inputs_of(source, photo)
    return answered(
        source,
        ("layers", _asked(source, photo)),
        lambda held, cancel: held.worker.layers(inputs, cancel=cancel),
        "Running it once …",
    )


def inputs_of(source: Source, photo: Photo) -> Inputs:
    """A picture as a model gets it, as an array."""
    return decoding.prepared(str(photo.path), spec_of(source)).inputs


def _asked(source: Source, photo: Photo) -> tuple[Path, InputSpec]:
    return photo.path, spec_of(source)


def scores(run: Run, recipe: Recipe) -> Mapping[str, Score]:
    """Complexity of every map of a run by another recipe than the one it was kept with."""
    if recipe == run.recipe:
        return run.scores

    def compute() -> dict[str, Score]:
        with queue.shown("Scoring with Quantus …") as turn:
            return score(Access(turn), run.attributions, recipe)

    return known().get(("scores", maps_digest(run.attributions), recipe), compute)


@st.cache_data(max_entries=32, show_spinner=False)
def swept(maps: np.ndarray, quantiles: np.ndarray) -> Sweep:
    """Complexity of maps before removal, `[B, h, w]`, after removal at every quantile."""
    return sweep(maps, quantiles)


def warm() -> None:
    """Start what the next click will need, without waiting for it."""
    models().prepare()
    if SCORER not in helpers().keys:
        access = Access()
        threading.Thread(target=_start, args=(access,), name="warm", daemon=True).start()


def _start(access: Access) -> None:
    with access.helper(SCORER):
        pass


def recipe_for(run: Run, recipe: Recipe, quantile: float) -> Recipe:
    """The recipe with the slider's quantile and the run's own padding."""
    return replace(recipe, quantile=quantile, crop=run.content)
