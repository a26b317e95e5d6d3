"""The model and the picture behind the run on screen, to compute more of the same."""

from __future__ import annotations

import numpy as np

from components.session import backend, decoding, run_source
from components.session.state.workspace import Source, Workspace
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError

AGAIN = "Compute them again on the page Heatmaps."


def of_run(space: Workspace) -> tuple[Source, Inputs]:
    """The run's model, and its picture as the model gets it, `[1, C, H, W]`.

    Raises:
        InputError: one of them is gone, or is another one now.
    """
    run = space.run
    source, photo = space.sources.get(run.model), space.photos.get(run.picture)
    if source is None or photo is None:
        raise InputError("The model or the picture of these maps is gone.", AGAIN)
    if not run_source.is_of(source, run):
        raise InputError("The model of these maps is another file now.", AGAIN)
    # As the run had it: a model that is not open yet need not be opened to know that.
    prepared = decoding.prepared(str(photo.path), run.input_spec or backend.spec_of(source))
    if not np.array_equal(prepared.picture, run.pixels):
        raise InputError("The picture of these maps becomes another input now.", AGAIN)
    return source, prepared.inputs
