"""Measuring how much noise a model bears."""

from __future__ import annotations

from xai_core.attribution.noise.rule import NoiseLevel
from xai_core.base.progress import Progress
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import Answer, Item, Most

LEVELS = 100


@operation(Answer((Item((Most(LEVELS),), ("float64",)),) * 3))
def noise_level(session: Session, params: Params, arrays: Arrays, tick: Progress) -> NoiseLevel:
    """`classes`, `noise_type`, `seed`, inputs -> NoiseLevel."""
    from xai_core.attribution.noise.tolerance import noise_level as measure

    given = (params["classes"], params["noise_type"], params["seed"])
    return measure(session.opened(), arrays[0], *given, progress=tick)
