"""What is shared of two models on one picture, seen at one quantile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from xai_core.attribution.methods.base import title_of
from xai_core.base.arrays import Picture
from xai_core.compare.comparison import ModelPair
from xai_core.compare.headline import headline
from xai_core.maps.difference import MapDifference
from xai_core.maps.recipe import Recipe
from xai_core.report import small_print

NAMES = ("A", "B")


@dataclass(frozen=True)
class PairSubject:
    """Two models as they are shared.

    Attributes:
        recipe: with the quantile. methods: those that both have a map by, in order.
        note, link: as in `Subject`.
    """

    pair: ModelPair
    recipe: Recipe
    methods: tuple[str, ...]
    note: str = ""
    link: str = ""

    @cached_property
    def maps(self) -> Mapping[str, MapDifference]:
        """By method."""
        found = self.pair.maps(self.recipe)
        return {name: found[name] for name in self.methods}

    @property
    def headline(self) -> str:
        """Whether they agree."""
        return headline(self.pair, self.maps)

    @property
    def photo(self) -> Picture:
        """The picture as the first model saw it, without its padding."""
        run = self.pair.first.run
        top, left, bottom, right = run.content
        return run.pixels[top:bottom, left:right]

    @property
    def facts(self) -> tuple[str, ...]:
        """Models, picture, what is explained, quantile."""
        first, second = self.pair.first.run, self.pair.second.run
        told = " and ".join(dict.fromkeys((first.target_label, second.target_label)))
        seen = f"baseline quantile {self.recipe.quantile or 0:.2f}"
        return (f"A {first.model}", f"B {second.model}", first.picture, told, seen)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The top classes of either: name, probability or score in A, and in B."""
        for one in self.pair.prediction.classes:
            pairs = zip(one.probability, one.score, strict=True)
            first, second = (_told(share, score) for share, score in pairs)
            yield one.label, first, second

    def lines(self) -> Iterator[str]:
        """Everything that is needed to repeat it."""
        for name, side in zip(NAMES, (self.pair.first, self.pair.second), strict=True):
            run = side.run
            yield f"{name}: {run.model} ({run.model_format}), SHA-256 {run.model_sha256}"
            yield small_print.computed(run.created, run.versions, run.machine, run.seconds)
        first = self.pair.first.run
        yield f"Picture {first.picture}, SHA-256 {first.picture_sha256}"
        yield f"Recipe: {small_print.recipe(self.recipe)}"
        told = (f"{title_of(n)}: {small_print.settings(first.attributions[n])}" for n in self.maps)
        yield "; ".join(told)


def likeness(found: MapDifference) -> str:
    """How alike two maps are, in words and a figure."""
    return "the same map" if found.same else f"rank correlation {found.similarity.rank:.3f}"


def _told(share: float | None, score: float | None) -> str:
    if share is not None:
        return f"{share:.1%}"
    return "–" if score is None else f"{score:.4g}"
