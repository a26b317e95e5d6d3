"""What `compare` prints of two models, for a program and for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from xai_core.base.finding import Finding, by_reason
from xai_core.compare.comparison import ModelPair
from xai_core.compare.predictions import ClassScores
from xai_core.maps.difference import MapDifference
from xai_core.runs.difference import Row, order, places
from xai_core.runs.run import Score
from xai_core.scores.ranking import Overtaking, overtakings
from xai_core.worker import ModelCard


@dataclass(frozen=True)
class Compared:
    """One picture in both models, by a recipe."""

    picture: str
    pair: ModelPair
    maps: Mapping[str, MapDifference]
    scores: tuple[Mapping[str, Score], Mapping[str, Score]]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Places and scores of the methods that both models have."""
        return places(*self.scores)

    @property
    def changed(self) -> tuple[Overtaking, ...]:
        """Who changes places from the first model to the second."""
        return overtakings(*(order(found) for found in self.scores))


def as_json(
    cards: tuple[ModelCard, ModelCard], quantile: float, found: list[Compared]
) -> dict[str, Any]:
    """Everything, for a program."""
    verdict = found[0].pair.verdict
    models = [
        {"file": card.file, "sha256": card.sha256, "format": card.format, "level": level}
        for card, level in zip(cards, verdict.levels, strict=True)
    ]
    return {
        "schema": 1,
        "models": models,
        "quantile": quantile,
        "verdict": {
            "same": verdict.same,
            "only_first": [asdict(one) for one in verdict.only_first],
            "only_second": [asdict(one) for one in verdict.only_second],
            "lost": verdict.lost,
            "gained": verdict.gained,
        },
        "pictures": [_picture_json(one) for one in found],
    }


def _picture_json(one: Compared) -> dict[str, Any]:
    predicted = one.pair.prediction
    return {
        "picture": one.picture,
        "targets": [side.run.target_label for side in (one.pair.first, one.pair.second)],
        "prediction": {
            "same_top": predicted.same_top,
            "by_name": predicted.by_name,
            "classes": [_class_json(each) for each in predicted.classes],
            "largest": _class_json(predicted.largest) if predicted.largest else None,
        },
        "maps": {
            name: {
                "same": each.same,
                "rank": each.similarity.rank,
                "structure": each.similarity.structure,
                "cosine": each.cosine,
                "largest": each.largest,
            }
            for name, each in one.maps.items()
        },
        "complexity": [{**asdict(row), "moved": row.moved} for row in one.rows],
        "overtakings": [asdict(change) for change in one.changed],
        "failures": one.pair.failures,
    }


def _class_json(one: ClassScores) -> dict[str, Any]:
    return {**asdict(one), "difference": one.difference}


def as_text(
    cards: tuple[ModelCard, ModelCard], quantile: float, found: list[Compared]
) -> Iterator[str]:
    """For a person; A is the first model and B the second."""
    verdict = found[0].pair.verdict
    for letter, card, level in zip("AB", cards, verdict.levels, strict=True):
        yield f"{letter} {card.file} ({card.format}): {level}"
    yield from _findings("A", verdict.only_first)
    yield from _findings("B", verdict.only_second)
    for why, names in by_reason(verdict.lost).items():
        yield f"  {', '.join(names)} only in A; in B: {why}"
    for why, names in by_reason(verdict.gained).items():
        yield f"  {', '.join(names)} only in B; in A: {why}"
    for one in found:
        yield ""
        yield (
            f"{one.picture}: {one.pair.first.run.target_label} in A, "
            f"{one.pair.second.run.target_label} in B"
        )
        yield from _prediction(one)
        yield from _maps(one)
        yield from _places(one, quantile)


def _findings(letter: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield f"  only in {letter}: {finding.code}: {finding.message}"


def _prediction(one: Compared) -> Iterator[str]:
    yield f"  {'score':<34}{'A':>10}{'B':>10}"
    for each in one.pair.prediction.classes:
        first, second = ("-" if s is None else f"{s:.4f}" for s in each.score)
        yield f"  {each.label[:33]:<34}{first:>10}{second:>10}"
    largest = one.pair.prediction.largest
    if largest is None:
        yield "  the classes of A and B cannot be matched"
    else:
        yield f"  largest difference of a score: {largest.difference:+.3g} ({largest.label})"


def _maps(one: Compared) -> Iterator[str]:
    yield f"  {'maps of A and B':<24}{'rank':>8}{'SSIM':>8}{'cosine':>9}{'largest':>9}"
    for name, each in one.maps.items():
        same = "  the same" if each.same else ""
        yield (
            f"  {name:<24}{each.similarity.rank:>8.3f}{each.similarity.structure:>8.3f}"
            f"{each.cosine:>9.4f}{each.largest:>9.3f}{same}"
        )
    for side, letter in enumerate("AB"):
        reasons = {name: told[side] for name, told in one.pair.failures.items()}
        missing = {name: why for name, why in reasons.items() if why}
        for why, names in by_reason(missing).items():
            yield f"  no map by {', '.join(names)} in {letter}: {why}"


def _places(one: Compared, quantile: float) -> Iterator[str]:
    yield f"  {f'Complexity raw, after removal at {quantile:g}, place':<45}{'A':>6}{'B':>24}"
    for row in one.rows:
        first = _place(row.first_place, row.first_raw, row.first)
        second = _place(row.second_place, row.second_raw, row.second)
        yield f"  {row.method:<24}{first:>24}{second:>24}"
    for change in one.changed:
        yield f"  {change.winner} overtakes {change.loser} in B"


def _place(place: int | None, raw: float | None, after: float | None) -> str:
    told = "-" if raw is None else f"{raw:.4f}"
    return f"{told} -" if place is None else f"{told} {after:.4f} {place}."
