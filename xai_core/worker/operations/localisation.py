"""Comparing maps with the ground truth."""

from __future__ import annotations

from xai_core.base.progress import Progress
from xai_core.scores.localisation import Localisations
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import Answer, Item


@operation(lambda params, arrays: Answer((Item((len(arrays[0]), 2), ("float64",)),)))
def localise(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Localisations:
    """maps, mask -> mass and rank accuracy, `[B, 2]`."""
    from xai_core.scores.localisation import localise as measured

    maps, mask = arrays
    return measured(maps, mask > 0)
