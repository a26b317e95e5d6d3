"""A metric as somebody asks for it, in one line of text: `deletion@0.2:steps=20`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.parameters import build
from xai_core.maps.recipe import Recipe
from xai_core.scores.metrics.base import METRICS, GroupMetric, MaskMetric, Metric

RAW = "raw"  # in the place of a quantile: before removal
FORM = "Write NAME, NAME:PARAM=VALUE,PARAM=VALUE, or NAME@QUANTILE:PARAM=VALUE."


@dataclass(frozen=True)
class AskedMetric:
    """One metric of maps.

    Attributes:
        given: parameters other than the defaults, checked. quantile: of the removal before it;
            None measures the map before removal.
    """

    name: str
    given: tuple[tuple[str, Any], ...] = ()
    quantile: float | None = None

    @staticmethod
    def of_text(text: str, quantile: float | None = None) -> AskedMetric:
        """What a text asks for. quantile: where the text names none.

        Raises:
            InputError: it names no metric of single maps, or a parameter that is none or wrong.
        """
        head, colon, rest = text.strip().partition(":")
        name, at, place = head.partition("@")
        plugin = METRICS[name.strip()]
        if isinstance(plugin, GroupMetric):
            raise InputError(
                f"{plugin.title} compares pictures with each other, and is no score of a map.",
                "In Python, xai_core.score takes many maps.",
            )
        try:
            settings = build(plugin.Parameters, _pairs(rest) if colon else {})
        except InputError as cause:
            raise InputError(f"{plugin.name}: {cause.message}", cause.hint) from cause
        return AskedMetric(plugin.name, _changed(settings), _quantile(place) if at else quantile)

    @staticmethod
    def of(name: str, given: Mapping[str, Any], quantile: float | None) -> AskedMetric:
        """A metric by its name, with parameters. Raises as `of_text`."""
        plugin = METRICS[name]
        return AskedMetric(plugin.name, _changed(build(plugin.Parameters, given)), quantile)

    @property
    def plugin(self) -> Metric:
        """The metric itself."""
        return METRICS[self.name]

    @property
    def on_mask(self) -> bool:
        """Whether it needs to know what the map should show."""
        return isinstance(self.plugin, MaskMetric)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """All of them."""
        found: dict[str, Any] = asdict(build(self.plugin.Parameters, dict(self.given)))
        return found

    @property
    def title(self) -> str:
        """For a person, with what is not the default."""
        told = ", ".join(f"{name} {value}" for name, value in self.given)
        return f"{self.plugin.title} ({told})" if told else self.plugin.title

    @property
    def where(self) -> str:
        """Of which map, for a person."""
        return "before removal" if self.quantile is None else f"after removal at {self.quantile:g}"

    def recipe(self, recipe: Recipe) -> Recipe:
        """The same steps to the map that is measured."""
        return replace(recipe, quantile=self.quantile)

    def __str__(self) -> str:
        """The text that asks for it; equal requests are equal texts."""
        place = RAW if self.quantile is None else f"{self.quantile:g}"
        told = ",".join(f"{name}={value}" for name, value in self.given)
        return f"{self.name}@{place}{':' if told else ''}{told}"


def asked_metrics(texts: Iterable[str], quantile: float | None) -> tuple[str, ...]:
    """Texts checked and in their one form, each once. Raises `InputError`."""
    return tuple(dict.fromkeys(str(AskedMetric.of_text(one, quantile)) for one in texts))


def localisation_metrics(quantile: float | None) -> tuple[str, ...]:
    """All that compare a map with a mask, by their defaults."""
    return asked_metrics((one.name for one in METRICS if isinstance(one, MaskMetric)), quantile)


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise InputError(f"PARAM=VALUE was expected, not {part!r}.", FORM)
        found[name.strip()] = value.strip()
    return found


def _changed(settings: Any) -> tuple[tuple[str, Any], ...]:
    usual, own = asdict(type(settings)()), asdict(settings)
    return tuple((name, own[name]) for name in sorted(own) if own[name] != usual[name])


def _quantile(text: str) -> float | None:
    if text.strip() == RAW:
        return None
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise InputError(
            f"A quantile between 0 and 1, or {RAW!r}, was expected, not {text!r}.", FORM
        )
    return found
