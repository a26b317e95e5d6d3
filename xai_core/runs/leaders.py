"""Which method is best by which metric, in sentences that never celebrate noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xai_core.attribution.methods.base import title_of
from xai_core.attribution.relevance.conservation import unranked
from xai_core.runs.run import Run
from xai_core.scores.margin import TIE, T, draws, spreads_of
from xai_core.scores.metrics.base import METRICS, Metric, ModelMetric
from xai_core.scores.ranking import rank
from xai_core.scores.seeds import SeedScores

Name = Callable[[str], str]
CLOSE, SEED, SURE = "close", "seed", "sure"


@dataclass(frozen=True)
class Leader:
    """The best by one metric.

    Attributes:
        names: more than one where they cannot be told apart. state: sure, close, or by one seed
            alone, where nothing tells how far another one would move the score.
    """

    metric: str
    names: tuple[str, ...]
    state: str


def leaders(
    run: Run,
    scores: Mapping[str, Mapping[str, float]],
    quantile: float,
    seeds: SeedScores | None = None,
) -> tuple[Leader, ...]:
    """The best of a run by each metric on which two methods have a score; see `unranked`.

    Args:
        scores: by metric and method, NaN where there is none. quantile: of the removal.
        seeds: Complexity under further seeds, by the recipe of the scores.
    """
    found = []
    told = {name for name, one in run.attributions.items() if not unranked(one)}
    drawn = {name for name, one in run.attributions.items() if draws(one)}
    spreads = spreads_of(run.attributions, quantile, seeds)
    complexity = {name: one.after for name, one in spreads.items()}
    for metric, every in scores.items():
        plugin, given = METRICS[metric], {name: every[name] for name in every if name in told}
        moves = complexity if metric == "complexity" else _spreads(plugin, given, drawn)
        ranked = [one.name for one in rank(given, metric).entries if one.place is not None]
        if len(ranked) > 1:
            found.append(_leader(metric, ranked, given, moves))
    return tuple(found)


def sentences(found: Sequence[Leader], *, title: Name = title_of, strong: Name = str) -> str:
    """Who is best by what; metrics with the same answer share a sentence. Empty without any."""
    by_answer: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in found:
        by_answer.setdefault((one.state, one.names), []).append(METRICS[one.metric].title)
    told = []
    for (state, names), metrics in by_answer.items():
        by = _listed(metrics)
        if state == CLOSE:
            told.append(f"Too close to call by {by}: {_listed([title(one) for one in names])}.")
        elif state == SEED:
            told.append(f"By this one seed {strong(title(names[0]))} is best by {by}.")
        else:
            told.append(f"{strong(title(names[0]))} is best by {by}.")
    return " ".join(told)


def _spreads(metric: Metric, given: Mapping[str, float], drawn: set[str]) -> dict[str, float]:
    """0 where the score is the same for every seed, NaN where nothing tells how far it moves."""
    # Those of faithfulness draw what they hide, or at least the order of pixels that tie.
    again = isinstance(metric, ModelMetric) and metric.family != "axiomatic"
    return {name: math.nan if again or name in drawn else 0.0 for name in given}


def _leader(
    metric: str, ranked: Sequence[str], given: Mapping[str, float], spreads: Mapping[str, float]
) -> Leader:
    first = ranked[0]
    states = {name: _state(given, spreads, first, name) for name in ranked[1:]}
    close = [name for name, state in states.items() if state == CLOSE]
    if close:
        return Leader(metric, (first, *close), CLOSE)
    return Leader(metric, (first,), SEED if SEED in states.values() else SURE)


def _state(
    given: Mapping[str, float], spreads: Mapping[str, float], first: str, second: str
) -> str:
    size = abs(given[first] - given[second])
    spread = math.hypot(spreads.get(first, 0.0), spreads.get(second, 0.0))
    if size <= TIE * max(abs(given[first]), abs(given[second])):  # rounding alone explains it
        return CLOSE
    if math.isnan(spread):
        return SEED
    return SURE if size > T * spread else CLOSE


def _listed(texts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
