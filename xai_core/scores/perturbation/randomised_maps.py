"""Maps by the same method while the model forgets, and how alike they are to the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from xai_core.attribution.random_weights import NONE
from xai_core.scores.case import Case, Map, Undefined
from xai_core.scores.perturbation.cascade import cascade, layers_of


def unavailable(case: Case) -> str | None:
    """Why a model cannot forget, in a sentence; None where it can."""
    return None if layers_of(case.module) else NONE


def forgotten(case: Case, stages: int, order: str, explain: Callable[[], Map]) -> Iterator[Map]:
    """What `explain` gives at each stage of the cascade."""
    with cascade(case.module, stages, order, case.seed) as steps:
        for _ in steps:
            yield explain()


def likeness(one: Map, others: Iterator[Map]) -> float:
    """Mean of Spearman's correlation of a map and each of the others; an empty map has none.

    Raises:
        Undefined: there is none to compare with.
    """
    from scipy.stats import spearmanr

    if np.ptp(one) == 0:
        raise Undefined("The map has one value everywhere: it has no order to compare.")
    found = [
        float(spearmanr(np.ravel(one), np.ravel(other)).statistic)
        for other in others
        if np.isfinite(other).all() and np.ptp(other) > 0
    ]
    if not found:
        raise Undefined("On the randomised model the method gives an empty map.")
    return float(np.mean(found))
