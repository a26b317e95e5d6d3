"""Several methods on several pictures in one call."""

from __future__ import annotations

from xai_core.attribution.batches.together import Together, together
from xai_core.attribution.layers.map_size import widest
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import asked_from_json
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, Answer, Item, Most
from xai_core.worker.wire.codec import decode


def _maps(params: Params, arrays: Arrays) -> Answer:
    """For each method at most one array, with a map of each picture."""
    batch, _, *size = arrays[0].shape
    methods = params["methods"]
    most, most_bytes = widest(methods.values(), arrays[0].shape)
    item = Item((Most(batch), Most(most), *size))
    whole = most_bytes * len(methods)
    return Answer((item,) * len(methods), LONG_TEXT, fewest=0, most_bytes=whole)


@operation(_maps)
def explain_many(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> tuple[Together, ...]:
    """`methods`, `target`, `seed`, `pace`, `memory` that it may take, inputs -> what each gave."""
    import psutil

    tick(0, 1)
    found = session.batches_of().explain(
        arrays[0],
        params["methods"],
        asked_from_json(params["target"]),
        params["seed"],
        pace=decode(Pace, params["pace"]),
        progress=lambda done, total: tick(done, total),
        room=params["memory"] - psutil.Process().memory_info().rss,
    )
    return tuple(together(name, found, params["seed"]) for name in params["methods"])
