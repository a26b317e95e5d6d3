"""Making maps and scoring them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.layers.map_size import widest
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Scores
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, Explained, asked_from_json
from xai_core.maps.recipe import Recipe
from xai_core.scores.measurement import Measurement
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, PLAIN, Answer, Item, Most
from xai_core.worker.wire.codec import decode

if TYPE_CHECKING:
    from xai_core.attribution.context import Context


def _maps(params: Params, arrays: Arrays) -> Answer:
    """One map a picture, in its size; of its channels, or of fewer, unless a layer's are asked."""
    batch, _, *size = arrays[0].shape
    given = (params.get("parameters", {}),)
    most, most_bytes = widest(given, arrays[0].shape)
    return Answer((Item((batch, Most(most), *size)),), LONG_TEXT, most_bytes=most_bytes)


@operation(_maps)
def explain(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Attribution:
    """`target`, `method`, `seed`, `parameters`, `pace`, inputs -> Attribution."""
    return _explained(session.groundwork_of(arrays[0], _target(params)), params, tick)


@operation(Answer(text=LONG_TEXT))
def resolve(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> tuple[Explained, ...]:
    """`target`, inputs -> one Explained a sample."""
    from xai_core.attribution.context import explained_of

    return explained_of(session.opened(), arrays[0], asked_from_json(params["target"]))


@operation(PLAIN)
def measure(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Measurement:
    """`metric`, `parameters` of it, `recipe`, an Attribution with its values, inputs, maybe a mask
    -> Measurement.
    """
    from xai_core.scores.measurement import measure as ask

    attribution = decode(Attribution, params["attribution"], arrays)
    recipe = decode(Recipe, params["recipe"])
    metric, given = params["metric"], params["parameters"]
    model, mask = session.opened(), arrays[2] > 0 if len(arrays) > 2 else None
    how: dict[str, Any] = {"parameters": given, "mask": mask, "progress": tick}
    return ask(model, arrays[1], attribution, recipe, metric, **how)


@operation(PLAIN)
def measure_many(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> tuple[Measurement, ...]:
    """`metrics` with `metric`, `parameters`, `recipe` each; an Attribution with its values, inputs,
    maybe a mask -> a Measurement each; of one that fails its cause.
    """
    from xai_core.base.errors import Cancelled, XaiError
    from xai_core.scores.measurement import measure as ask

    attribution = decode(Attribution, params["attribution"], arrays)
    model, mask = session.opened(), arrays[2] > 0 if len(arrays) > 2 else None
    found = []
    for one in params["metrics"]:
        recipe, more = decode(Recipe, one["recipe"]), {"mask": mask, "progress": tick}
        how = {"parameters": one["parameters"], **more}
        try:
            found.append(ask(model, arrays[1], attribution, recipe, one["metric"], **how))
        except Cancelled:
            raise
        except XaiError as error:
            found.append(Measurement(None, str(error)))
    return tuple(found)


@operation(lambda params, arrays: Answer((Item((len(arrays[0]),), ("float64",)),)))
def score(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Scores:
    """`metric`, maps, and masks on their grid for a metric that needs them -> scores."""
    from xai_core.scores.metrics.base import METRICS, MaskMetric

    metric = METRICS[params["metric"]]
    if isinstance(metric, MaskMetric) and len(arrays) > 1:
        return metric.score_on(arrays[0], arrays[1] > 0)
    return np.asarray(metric.score(arrays[0]), dtype=np.float64)


@operation(_maps)
def explain_randomised(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> Attribution:
    """As `explain`, while most of the model's weights are random."""
    from xai_core.attribution.context import Context
    from xai_core.attribution.forward import suit
    from xai_core.attribution.random_weights import NONE, randomised
    from xai_core.base.errors import MethodError

    module = session.opened().module
    if module is None:
        raise MethodError(NONE, code="no-float-parameters")
    suit(module, arrays[0].shape[1:])  # before weights are changed, which another shape would bring
    with randomised(module, params["seed"]):  # what is found of it holds for nothing else
        work = Context(session.opened(), arrays[0], _target(params))
        return _explained(work, params, tick)


def _target(params: Params) -> Asked:
    return asked_from_json(params["target"])


def _explained(context: Context, params: Params, tick: Progress) -> Attribution:
    from xai_core.attribution.explanation import explain_on
    from xai_core.attribution.methods.base import METHODS
    from xai_core.base.parameters import build

    method, given = params["method"], params["parameters"]
    build(METHODS[method].Parameters, given)  # a wrong name must not reach the keywords below
    tick(0, 1)
    how: dict[str, Any] = {"pace": decode(Pace, params["pace"]), "progress": tick}
    return explain_on(context, method, params["seed"], **how, **given)
