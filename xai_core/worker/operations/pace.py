"""Measuring how the open model is run fastest."""

from __future__ import annotations

from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import PLAIN


@operation(PLAIN)
def pace(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Pace:
    """`memory` that this process may take, inputs -> Pace."""
    import psutil

    from xai_core.attribution.forward import tensor_of
    from xai_core.attribution.pace.measurement import measured

    module = session.opened().module
    if module is None:
        return Pace()
    room = params["memory"] - psutil.Process().memory_info().rss
    return measured(module, tensor_of(arrays[0][:1], module), lambda: tick(0, 1), room)
