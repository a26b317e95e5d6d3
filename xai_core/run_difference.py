"""What two runs differ in: places in the ranking, parameters, recipe, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from xai_core.ranking import Entry, rank
from xai_core.runs import Run

COMPARED = (
    *("model", "model_sha256", "model_format", "picture", "picture_sha256", "target_label"),
    *("architecture", "output", "other_inputs", "input_spec"),
    *("level", "machine", "seconds", "created"),
)


@dataclass(frozen=True)
class Row:
    """One method in both runs; None where a run has no score or no place for it.

    Attributes:
        first, second: Complexity after removal, in nats. The places are by it; 1 is best.
    """

    method: str
    first: float | None
    second: float | None
    first_place: int | None
    second_place: int | None

    @property
    def moved(self) -> int | None:
        """Places gained from the first run to the second; negative where they are lost."""
        if self.first_place is None or self.second_place is None:
            return None
        return self.first_place - self.second_place


@dataclass(frozen=True)
class Change:
    """One thing that is not the same in both runs."""

    what: str
    first: Any
    second: Any


def scores(first: Run, second: Run) -> tuple[Row, ...]:
    """Every method of either run, in the order of the first."""
    found = [_places(run) for run in (first, second)]
    rows = []
    for name in dict.fromkeys((*first.scores, *second.scores)):
        one, other = (entries.get(name) for entries in found)
        rows.append(
            Row(
                name,
                one.score if one else None,
                other.score if other else None,
                one.place if one else None,
                other.place if other else None,
            )
        )
    return tuple(rows)


def _places(run: Run) -> dict[str, Entry]:
    ranking = rank({name: one.after for name, one in run.scores.items()})
    return {entry.name: entry for entry in ranking.entries if entry.place}


def changes(first: Run, second: Run) -> tuple[Change, ...]:
    """Facts, recipe steps, library versions and parameters that differ."""
    one, other = dict(_facts(first)), dict(_facts(second))
    names = dict.fromkeys((*one, *other))
    return tuple(
        Change(name, one.get(name), other.get(name))
        for name in names
        if one.get(name) != other.get(name)
    )


def _facts(run: Run) -> Iterator[tuple[str, Any]]:
    for name in COMPARED:
        yield name.replace("_", " "), getattr(run, name)
    for name, value in asdict(run.recipe).items():
        yield f"recipe: {name}", value
    for name, one in run.attributions.items():
        for parameter, value in {**one.parameters, **one.chosen, "seed": one.seed}.items():
            yield f"{name}: {parameter}", value
    for name, version in run.versions.items():
        yield f"version of {name}", version
