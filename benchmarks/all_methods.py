"""Every method on one picture: what is saved by finding once what they all need to know?

EfficientNet-Lite0 at 224×224, few samples a method, as for a first look. Against each method by a
call of `explain` of its own. The maps are the same, bit for bit.
"""

from __future__ import annotations

from benchmarks._demo import efficientnet, inputs
from benchmarks.timing import Goal
from xai_core.attribution.context import Context
from xai_core.attribution.explanation import explain, explain_on
from xai_core.attribution.methods.base import METHODS

ROUNDS = 5
FEW = {
    "fusiongrad": {"n": 4, "m": 5},
    "noisegrad": {"n": 10},
    "smoothgrad": {"m": 20},
    "integrated-gradients": {"n_steps": 20},
    "occlusion": {"window": 64, "stride": 64},
}


def together() -> None:
    work = Context(efficientnet(), inputs())
    for method in METHODS.names():
        explain_on(work, method, **FEW.get(method, {}))


def alone() -> None:
    for method in METHODS.names():
        explain(efficientnet(), inputs(), None, method, **FEW.get(method, {}))


def prepare(titles: list[str]) -> None:
    """Loads the model and wakes the kernels up."""
    together()


TOGETHER, ALONE = "all methods on one picture", "each method by itself"
CASES = {TOGETHER: together, ALONE: alone}
WORKER = (TOGETHER, ALONE)
GOALS = [Goal(TOGETHER, ALONE, 0.95)]
