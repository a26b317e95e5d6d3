"""What a target means on a picture, as the model says it."""

from __future__ import annotations

from components.session import backend
from components.session.processes import answered
from components.session.state.workspace import Photo, Source
from xai_core.base.target import Explained, Target
from xai_core.targets.kinds.similarity import reference
from xai_core.targets.resolution import named


def explained(source: Source, photo: Photo, target: Target) -> Explained:
    """A target fixed on a picture. Raises `XaiError` where it does not fit."""
    inputs = backend.inputs_of(source, photo)
    found = answered(
        source,
        ("explained", photo.path, backend.spec_of(source), target),
        lambda held, cancel: held.worker.resolve(inputs, target, cancel=cancel)[0],
        "Finding what is explained …",
    )
    return named(found, source.labels or backend.opened(source).labels)


def embedding(source: Source, photo: Photo) -> str:
    """A picture's embedding, as a similarity's parameter."""
    return reference(backend.predicted(source, photo).scores[0], photo.name)
