"""Everything that is needed to repeat a run, in lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xai_core.attribution import remarks
from xai_core.attribution.methods.base import METHODS, title_of
from xai_core.attribution.result import Attribution
from xai_core.maps.recipe import Recipe
from xai_core.report.subject import Subject
from xai_core.scores import localisation
from xai_core.scores.metrics.base import METRICS


def lines(subject: Subject) -> Iterator[str]:
    """Model, picture, target, recipe, versions, the metric; last each method's parameters."""
    run = subject.run
    yield f"Model {run.model} ({run.model_format}), SHA-256 {run.model_sha256}"
    yield f"Picture {run.picture}, SHA-256 {run.picture_sha256}; target {run.target_label}"
    yield f"Recipe: {recipe(subject.recipe)}"
    yield computed(run.created, run.versions, run.machine, run.seconds)
    yield complexity()
    if subject.localisations:
        yield f"Percent in truth: {localisation.MASS} {localisation.CITATION}"
    if subject.run_id:
        yield f"Kept as run {subject.run_id}"
    told = [f"{title_of(name)}: {settings(run.attributions[name])}" for name in subject.methods]
    yield "; ".join(told)


def computed(created: str, versions: Mapping[str, str], machine: str, seconds: float) -> str:
    """When, with what, on what, and how long it took."""
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    spent = f" in {seconds:.0f} s" if seconds else ""
    where = f" on {machine}" if machine else ""
    return f"Computed {created}{' with ' + told if told else ''}{where}{spent}"


def complexity() -> str:
    """What the score is."""
    return f"Complexity: {METRICS['complexity'].definition} Lower is more focused."


def recipe(steps: Recipe) -> str:
    """The steps from raw attribution to map, in their order."""
    crop = "none" if steps.crop is None else "-".join(map(str, steps.crop))
    grid = "input size" if steps.grid is None else f"{steps.grid[0]}×{steps.grid[1]}"
    return (
        f"channels {steps.channels} → sign {steps.sign} → crop {crop} → grid {grid} → baseline "
        f"removal at quantile {steps.quantile:g} → divided by the maximum"
    )


def settings(one: Attribution) -> str:
    """Parameters as asked for, what the method chose by itself, the seed, and autocast."""
    given = remarks.given(one).items()
    told = [f"{name} {value}" for name, value in given if name not in remarks.FACTS]
    return ", ".join(filter(None, [*told, f"seed {one.seed}", remarks.told(one)]))


def citation(method: str) -> str:
    """The source paper; nothing for a method of a later version."""
    return METHODS[method].citation if method in METHODS else ""
