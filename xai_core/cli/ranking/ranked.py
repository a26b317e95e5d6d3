"""One picture's rankings by a metric, raw and after removal of the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xai_core.cli.ranking import controls, margins
from xai_core.runs.run import Run, Score
from xai_core.scores.ranking import Overtaking, Ranking, overtakings
from xai_core.scores.ranking import rank as ordered


@dataclass(frozen=True)
class Ranked:
    """One picture's rankings."""

    picture: str
    target: str
    raw: Ranking
    after: Ranking
    sure: margins.Margins | None
    beside: controls.ControlScores | None = None

    @property
    def flips(self) -> tuple[Overtaking, ...]:
        """Who overtakes whom by the removal."""
        return overtakings(self.raw, self.after)


def ranked_of(
    name: str,
    metric: str,
    run: Run,
    scores: Mapping[str, Score],
    undefined: Mapping[str, str],
) -> Ranked:
    """What the scores of a run's maps give.

    Args:
        name: of the picture. undefined: why a map has no score, by method name.
    """
    top, left, bottom, right = run.content
    pixels = (bottom - top) * (right - left)
    causes = {**undefined, **run.failures}
    missing = dict.fromkeys(run.failures, float("nan"))
    raw = {method: one.raw for method, one in scores.items()}
    after = {method: one.after for method, one in scores.items()}
    before = ordered({**raw, **missing}, metric, causes, pixels)
    later = ordered({**after, **missing}, metric, causes, pixels)
    sure = None  # of another metric nothing tells the spread over seeds
    if metric == "complexity":
        sure = margins.margins_of(run, before, later, run.recipe.quantile or 0.0)
    return Ranked(name, run.target_label, before, later, sure)
