"""The preset that a model was probably trained with: asked of the model, and kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from components.session import backend, decoding
from components.session.processes import answered, file_of, known
from components.session.state.workspace import Photo, Source
from xai_core.pictures.presets import PRESETS
from xai_core.targets.likely_preset import Likely, likely_preset


def likely(source: Source, photo: Photo) -> Likely:
    """What trying every preset on one picture says. Raises `XaiError`."""
    spec = backend.spec_of(source)
    raster = decoding.raster(photo.path, spec)
    return answered(
        source,
        _what(source, photo),
        lambda held, cancel: likely_preset(
            lambda inputs: held.worker.predict(inputs, cancel=cancel), raster, spec
        ),
        "Trying every preset …",
    )


def is_known(source: Source, photo: Photo) -> bool:
    """Whether `likely` answers at once."""
    return (file_of(source), _what(source, photo)) in known()


def _what(source: Source, photo: Photo) -> Hashable:
    """The question: mean, deviation and colour order of now play no part in it."""
    spec = PRESETS["unit"].applied(backend.spec_of(source))
    return ("likely", photo.path, replace(spec, order=()) if spec.channels == 3 else spec)
