"""Explaining several inputs of the open model at once."""

from __future__ import annotations

import numpy as np

from xai_core.attribution.inputs.result import InputMap
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import asked_from_json
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, Answer, Item, Most
from xai_core.worker.wire.codec import decode
from xai_core.worker.wire.protocol import Array


def _maps(params: Params, arrays: Arrays) -> Answer:
    """Of each input what was given and a map; of a layer's own input alone."""
    shapes = [tuple(map(int, one)) for one in params["shapes"]]
    item = Item((1, *(Most(max(shape[axis] for shape in shapes)) for axis in range(3))))
    return Answer((item,) * (2 * len(shapes)), LONG_TEXT, fewest=2)


@operation(_maps)
def explain_inputs(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> tuple[InputMap, ...]:
    """`shapes` of all inputs that are pictures, `target`, `method`, `seed`, `parameters`, `pace`,
    inputs `[1, C, H, W]` -> an InputMap each.
    """
    from xai_core.attribution.inputs.explaining import explain_inputs as explain
    from xai_core.attribution.methods.base import METHODS
    from xai_core.base.parameters import build

    model, method, given = session.opened(), params["method"], params["parameters"]
    build(METHODS[method].Parameters, given)  # a wrong name must not reach the keywords below
    pictures = _pictures(session, arrays[0])
    tick(0, 1)
    found = explain(
        model,
        pictures,
        asked_from_json(params["target"]),
        method,
        params["seed"],
        pace=decode(Pace, params["pace"]),
        progress=lambda done, total: tick(done, total),
        **given,
    )
    return tuple(InputMap(name, pictures[name], one) for name, one in found.items())


def _pictures(session: Session, picture: Array) -> dict[str, Array]:
    """What each input that takes a picture is given: the explained one first."""
    from xai_core.base.errors import InputError
    from xai_core.base.several_inputs.held import held_by

    held = held_by(session.opened().module)
    if held is None or not held.pictures:
        raise InputError(
            "This model was opened with one picture: there is no further input to explain.",
            "Open it with a picture for each further input (`--input NAME=FILE`).",
        )
    others = {
        name: one.detach().cpu().numpy().astype(np.float32) for name, one in held.pictures.items()
    }
    return {held.picture: picture, **others}
