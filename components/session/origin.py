"""The model and the picture behind the run on screen, to compute more of the same."""

from __future__ import annotations

import numpy as np

from components.session import backend, decoding, run_source
from components.session.state.workspace import Photo, Source, Workspace
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError

AGAIN = "Compute them again on the page Heatmaps."
NO_MODEL = "The model of these maps is gone from this session"
NO_PICTURE = "The picture of these maps is gone from this session"


def lacking(space: Workspace) -> str | None:
    """Why nothing more can be computed of the run on screen; None where both are at hand."""
    if run_source.model_of(space) is None:
        return f"{NO_MODEL}: open its file on the page Model."
    return None if _photo(space) is not None else f"{NO_PICTURE}: upload it in the sidebar."


def of_run(space: Workspace) -> tuple[Source, Inputs]:
    """The run's model, and its picture as the model gets it, `[1, C, H, W]`.

    Raises:
        InputError: one of them is gone, or is another one now.
    """
    run, title, photo = space.run, run_source.model_of(space), _photo(space)
    if title is None:
        if run.model in space.sources:
            raise InputError("The model of these maps is another file now.", AGAIN)
        raise InputError(f"{NO_MODEL}.", "Open its file on the page Model.")
    if photo is None:
        raise InputError(f"{NO_PICTURE}.", "Upload it in the sidebar.")
    source = space.sources[title]
    # As the run had it: a model that is not open yet need not be opened to know that.
    prepared = decoding.prepared(str(photo.path), run.input_spec or backend.spec_of(source))
    if not np.array_equal(prepared.picture, run.pixels):
        raise InputError("The picture of these maps becomes another input now.", AGAIN)
    return source, prepared.inputs


def _photo(space: Workspace) -> Photo | None:
    """The run's picture, whatever its name is here; else what has its name."""
    run = space.run
    same = [
        one
        for one in space.photos.values()
        if one.path.is_file() and run_source.sha256_of(str(one.path)) == run.picture_sha256
    ]
    named = space.photos.get(run.picture)
    return named if named in same or not same else same[0]
