"""What two runs differ in: places in the ranking, parameters, recipe, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from xai_core.attribution import remarks
from xai_core.runs.run import Run, Score
from xai_core.scores.ranking import Entry, Ranking, rank

COMPARED = (
    *("model", "model_sha256", "model_format", "picture", "picture_sha256", "target_label"),
    *("architecture", "output", "weights", "head_activation", "member", "other_inputs"),
    *("input_spec", "level", "machine", "seconds", "created"),
)

RECIPE, VERSIONS = "recipe", "versions"


@dataclass(frozen=True)
class Row:
    """One method in both runs; None where a run has no score or no place for it.

    Attributes:
        first, second: Complexity after removal, in nats. The places are by it; 1 is best.
        first_raw, second_raw: before removal.
    """

    method: str
    first: float | None
    second: float | None
    first_place: int | None
    second_place: int | None
    first_raw: float | None = None
    second_raw: float | None = None

    @property
    def moved(self) -> int | None:
        """Places gained from the first run to the second; negative where they are lost."""
        if self.first_place is None or self.second_place is None:
            return None
        return self.first_place - self.second_place


@dataclass(frozen=True)
class Change:
    """One thing that is not the same in both runs.

    Attributes:
        what: its name. first, second: as the runs have it; None where one has none.
        area: `recipe`, `versions`, or the method that it is a parameter of; empty for all else.
    """

    what: str
    first: Any
    second: Any
    area: str = ""


def scores(first: Run, second: Run) -> tuple[Row, ...]:
    """Every method of either run, in the order of the first."""
    return places(first.scores, second.scores)


def places(first: Mapping[str, Score], second: Mapping[str, Score]) -> tuple[Row, ...]:
    """The same of scores by method, however they were computed."""
    ranked = [{entry.name: entry for entry in order(found).entries} for found in (first, second)]
    rows = []
    for name in dict.fromkeys((*first, *second)):
        one, other = (entries.get(name) for entries in ranked)
        rows.append(
            Row(
                name,
                _score(one),
                _score(other),
                one.place if one else None,
                other.place if other else None,
                first[name].raw if one else None,
                second[name].raw if other else None,
            )
        )
    return tuple(rows)


def order(scores: Mapping[str, Score]) -> Ranking:
    """Methods by their Complexity after removal."""
    return rank({name: one.after for name, one in scores.items()})


def _score(entry: Entry | None) -> float | None:
    return entry.score if entry is not None and entry.place else None


def changes(first: Run, second: Run) -> tuple[Change, ...]:
    """Facts, recipe steps, parameters of methods and library versions that differ.

    A method that only one of the runs has is one change, not one for each parameter.
    """
    one, other = dict(_facts(first)), dict(_facts(second))
    names = dict.fromkeys((*one, *other))
    alone = set(first.attributions) ^ set(second.attributions)
    told = [Change(n, n in first.attributions, n in second.attributions, n) for n in sorted(alone)]
    found = [
        Change(what, one.get((area, what)), other.get((area, what)), area)
        for area, what in names
        if one.get((area, what)) != other.get((area, what)) and area not in alone
    ]
    return (*found, *told)


def _facts(run: Run) -> Iterator[tuple[tuple[str, str], Any]]:
    for name in COMPARED:
        yield ("", name.replace("_", " ")), getattr(run, name)
    for name, value in asdict(run.recipe).items():
        yield (RECIPE, name), value
    for name, one in run.attributions.items():
        for parameter, value in {**remarks.given(one), "seed": one.seed}.items():
            yield (name, parameter), value
    for name, version in run.versions.items():
        yield (VERSIONS, name), version
