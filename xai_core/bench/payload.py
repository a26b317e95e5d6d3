"""The maps of a run as one message of bytes; `js/received.js` reads it."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.base.arrays import Map, Picture
from xai_core.bench import suggestions
from xai_core.maps.colours import SEQUENTIAL, data_url, lookup
from xai_core.maps.theme import PALETTE
from xai_core.scores.crossings import Crossing, crossings, unaffected_until
from xai_core.scores.ranking import QUANTILES as QUANTILES


@dataclass(frozen=True)
class Maps:
    """The message, and the name under which the browser keeps what is in it."""

    data: bytes
    digest: str


def of(
    photo: Picture,
    before: Mapping[str, Map],
    curves: Mapping[str, np.ndarray],
    unranked: Mapping[str, str],
) -> Maps:
    """Every map before removal, with all that does not depend on the quantile.

    Args:
        photo: as the model saw it, without padding. before: `[h, w]`, not rescaled, by method.
        curves: Complexity at `QUANTILES`, by method, NaN for those that are not ranked.
        unranked: why they are not, by method.

    The maps go as float64: the sum over channels is not exact in float32, and on a high pedestal
    the difference of two rounded values would cost more than the 1e-5 nats that are promised.
    """
    values = np.stack(list(before.values()))
    header = {**_described(photo, before, curves, unranked), "height": values.shape[1]}
    header["width"] = values.shape[2]
    tables = b"".join(lookup(name).tobytes() for name in SEQUENTIAL)
    body = values.astype("<f8").tobytes() + tables
    digest = hashlib.blake2b(body + json.dumps(header).encode(), digest_size=16).hexdigest()
    return Maps(_packed({**header, "digest": digest}, body), digest)


def _packed(header: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(header).encode()
    padding = -(4 + len(text)) % 8  # the browser reads float64 at multiples of 8 only
    return struct.pack("<I", len(text)) + text + bytes(padding) + body


def _described(
    photo: Picture,
    before: Mapping[str, Map],
    curves: Mapping[str, np.ndarray],
    unranked: Mapping[str, str],
) -> dict[str, Any]:
    methods = [
        {
            "name": name,
            "title": title_of(name),
            "colour": PALETTE[at % len(PALETTE)],
            "unaffected": unaffected_until(before[name]),
            "unranked": unranked.get(name, ""),
        }
        for at, name in enumerate(before)
    ]
    return {
        "photo": data_url(photo),
        "methods": methods,
        "colours": SEQUENTIAL,
        "quantiles": QUANTILES.tolist(),
        "sweep": {name: _known(curve) for name, curve in curves.items()},
        "crossings": _crossings(curves),
        "suggestions": suggestions.of(before, curves, QUANTILES),
    }


def _known(curve: np.ndarray) -> list[float | None]:
    return [score if np.isfinite(score) else None for score in curve.tolist()]


def _crossings(curves: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    found = crossings(curves, QUANTILES)
    digits = _digits(found)
    return [
        {
            "quantile": one.quantile,
            "past": min(float(QUANTILES[-1]), math.ceil(one.quantile * 10**digits) / 10**digits),
            "winner": one.winner,
            "loser": one.loser,
            "first": _leads(one, curves),
            "told": f"{title_of(one.winner)} overtakes {title_of(one.loser)} "
            f"at {one.quantile:.{digits}f}",
        }
        for one in found
    ]


def _leads(one: Crossing, curves: Mapping[str, np.ndarray]) -> bool:
    """Whether no other curve lies below the two where they cross: it is the first place's flip."""
    at = {name: np.interp(one.quantile, QUANTILES, curve) for name, curve in curves.items()}
    level = at[one.winner]
    others = [value for name, value in at.items() if name not in (one.winner, one.loser)]
    return not any(value < level for value in others)


def _digits(found: Sequence[Crossing]) -> int:
    """Decimals that tell two flips of the same pair apart."""
    pairs = [frozenset((one.winner, one.loser)) for one in found]
    for digits in (2, 3):
        places = [round(one.quantile, digits) for one in found]
        if len(set(zip(pairs, places, strict=True))) == len(found):
            return digits
    return 4
