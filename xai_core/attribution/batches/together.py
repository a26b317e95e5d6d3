"""What one method gave for several pictures, as one value with one array; and apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xai_core.attribution.batches.order import Found, Refused
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Values
from xai_core.base.pace import Pace
from xai_core.base.target import Explained


@dataclass(frozen=True)
class Row:
    """All of one picture's attribution but its values. picture: its number."""

    picture: int
    explained: Explained
    native_size: tuple[int, int]
    seconds: float
    chosen: Mapping[str, Any]
    pace: Pace


@dataclass(frozen=True)
class Together:
    """One method on several pictures.

    Attributes:
        values: `[k, C, H, W]`, one map for each of the `rows`; None where there are none.
        refused: why others have none, by the number of the picture.
    """

    method: str
    parameters: Mapping[str, Any]
    seed: int
    signed: bool
    values: Values | None
    rows: tuple[Row, ...]
    refused: Mapping[str, Refused]


def together(method: str, found: Sequence[Found], seed: int) -> Together:
    """What the method gave for each picture."""
    each = [maps[method] for maps in found]
    maps = {number: one for number, one in enumerate(each) if isinstance(one, Attribution)}
    refused = {str(n): one for n, one in enumerate(each) if isinstance(one, Refused)}
    first = next(iter(maps.values()), None)
    return Together(
        method,
        {} if first is None else first.parameters,
        seed,
        first is not None and first.signed,
        None if first is None else np.concatenate([one.values for one in maps.values()]),
        tuple(_row(number, one) for number, one in maps.items()),
        refused,
    )


def apart(several: Sequence[Together], count: int) -> tuple[Found, ...]:
    """What each of so many pictures has.

    Raises:
        ValueError: a method does not say of each picture, once, what it gave.
    """
    found: list[dict[str, Attribution | Refused]] = [{} for _ in range(count)]
    for one in several:
        told: list[tuple[int, Attribution | Refused]] = [
            *((row.picture, _attribution(one, at)) for at, row in enumerate(one.rows)),
            *((int(number), why) for number, why in one.refused.items()),
        ]
        if sorted(number for number, _ in told) != list(range(count)):
            raise ValueError(f"{one.method} does not tell of each of {count} pictures")
        for number, what in told:
            found[number][one.method] = what
    return tuple(found)


def _row(number: int, one: Attribution) -> Row:
    how = (one.native_size, one.seconds, one.chosen, one.pace)
    return Row(number, one.targets[0], *how)


def _attribution(several: Together, at: int) -> Attribution:
    if several.values is None or len(several.values) != len(several.rows):
        raise ValueError(f"{several.method} has not a map for each picture")
    row = several.rows[at]
    return Attribution(
        values=several.values[at : at + 1],
        method=several.method,
        parameters=several.parameters,
        seed=several.seed,
        target=(row.explained.index,),
        native_size=row.native_size,
        seconds=row.seconds,
        signed=several.signed,
        chosen=row.chosen,
        explained=(row.explained,),
        pace=row.pace,
    )
