"""What is shared of a run: the chosen methods at one quantile, with all that is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from xai_core.attribution.relevance.conservation import ranked_of, unranked_of
from xai_core.base.arrays import Map, Picture
from xai_core.base.errors import InputError
from xai_core.maps.canonical import Removal, before_removal, remove_baseline
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.result import Verdict
from xai_core.runs.run import Run, Score
from xai_core.scores.headline import Headline
from xai_core.scores.headline import headline as told_of
from xai_core.scores.localisation import Localisation
from xai_core.scores.margin import spreads_of
from xai_core.scores.ranking import QUANTILES as QUANTILES
from xai_core.scores.ranking import Ranking, rank, sweep
from xai_core.scores.undefined import cause_of
from xai_core.studies.result import StudyResult


@dataclass(frozen=True)
class Setup:
    """How the model was opened, as far as that is not the file's own.

    Attributes:
        code: names of the Python files that it needed. spec: None is the model's own.
    """

    architecture: str | None = None
    code: tuple[str, ...] = ()
    trust: bool = False
    output: str | None = None
    spec: InputSpec | None = None
    weights: str | None = None
    head_activation: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class Subject:
    """A run as it is shared.

    Attributes:
        recipe: with the quantile at which it is seen. methods: those with a map, in order.
        before: maps before removal, `[h, w]`. removals: after it.
        raw, after: the rankings; a method that gave no map is in neither.
        verdict: on the model, where it was checked. run_id: where the run is kept.
        localisations: by method, where it is known what a map should show.
        note: of who hands it on, plain text. link: to the same view; empty where none leads there.
    """

    run: Run
    recipe: Recipe
    methods: tuple[str, ...]
    before: Mapping[str, Map]
    removals: Mapping[str, Removal]
    raw: Ranking
    after: Ranking
    verdict: Verdict | None = None
    setup: Setup = field(default_factory=Setup)
    run_id: str | None = None
    localisations: Mapping[str, Localisation] = field(default_factory=dict)
    note: str = ""
    link: str = ""

    @property
    def quantile(self) -> float:
        """Of the baseline that is removed."""
        return float(self.recipe.quantile or 0.0)  # never None: `subject_of` sees to it

    @cached_property
    def curves(self) -> Mapping[str, np.ndarray]:
        """Complexity at `QUANTILES`, by method, NaN for those that are not ranked; a page that
        only offers a report never asks.
        """
        if not self.before:
            return {}
        swept = sweep(np.stack(list(self.before.values())), QUANTILES)
        return {
            name: curve * np.nan if name in self.unranked else curve
            for name, curve in zip(self.before, swept, strict=True)
        }

    @cached_property
    def unranked(self) -> Mapping[str, str]:
        """Why a map is not ranked, by those methods whose map is not."""
        return unranked_of(self.run.attributions, self.before)

    @property
    def photo(self) -> Picture:
        """The picture as the model saw it, without its padding."""
        top, left, bottom, right = self.run.content
        return self.run.pixels[top:bottom, left:right]

    @property
    def pixels(self) -> int:
        """N of each map."""
        return next((one.size for one in self.before.values()), 1)


def subject_of(
    run: Run,
    recipe: Recipe | None = None,
    methods: Sequence[str] | None = None,
    scores: Mapping[str, Score] | None = None,
    *,
    verdict: Verdict | None = None,
    setup: Setup | None = None,
    run_id: str | None = None,
    localisations: Mapping[str, Localisation] | None = None,
    note: str = "",
    link: str = "",
) -> Subject:
    """A run through a recipe with a quantile; as it was kept where `recipe` is None.

    Args:
        methods: all that gave a map where None. scores: by this recipe, where it is not the run's.

    Raises:
        InputError: an unknown method, or no scores for this recipe.
    """
    seen = replace(recipe or run.recipe, crop=run.content)
    if seen.quantile is None:
        raise InputError("A run is shared at a quantile.", "Choose one between 0 and 1.")
    names = tuple(run.attributions) if methods is None else tuple(methods)
    for name in names:
        if name not in run.attributions:
            known = ", ".join(run.attributions) or "none"
            raise InputError(f"The run has no map of {name!r}.", f"It has: {known}.")
    if scores is None:
        if seen != replace(run.recipe, crop=run.content):
            raise InputError("Another recipe than the run's needs scores of its own.")
        scores = run.scores
    before = {name: before_removal(run.attributions[name], seen)[0] for name in names}
    removals = {name: remove_baseline(one, seen.quantile) for name, one in before.items()}
    pixels = next((one.size for one in before.values()), 1)
    causes = {
        name: cause_of(run.attributions[name], one.values[None]) for name, one in removals.items()
    }
    return Subject(
        run=run,
        recipe=seen,
        methods=names,
        before=before,
        removals=removals,
        raw=rank({name: scores[name].raw for name in names}, causes=causes, pixels=pixels),
        after=rank({name: scores[name].after for name in names}, causes=causes, pixels=pixels),
        verdict=verdict,
        setup=setup or opened_as(run),
        run_id=run_id,
        localisations=ranked_of(run.attributions, localisations or {}),
        note=note,
        link=link,
    )


def opened_as(run: Run | StudyResult) -> Setup:
    """As far as the run itself tells; the names of Python files it does not."""
    return Setup(
        run.architecture,
        (),
        run.trusted,
        run.output,
        run.input_spec,
        run.weights,
        run.head_activation,
        run.member,
    )


def headline(subject: Subject) -> Headline:
    """Who leads after removal, who overtook whom, or that it is too close to call."""
    seeds = subject.run.seeds_by(subject.recipe)
    spreads = spreads_of(subject.run.attributions, subject.quantile, seeds)
    return told_of(subject.raw, subject.after, spreads)
