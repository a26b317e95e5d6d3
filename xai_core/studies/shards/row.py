"""A row of a shard: one picture by one method, or a picture that was refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from xai_core.studies.entry import QUANTILES, Entry
from xai_core.studies.records import parameters_digest

KEY_BYTES = 16


def _nothing() -> np.ndarray:
    return np.full(len(QUANTILES), np.nan, np.float32)


@dataclass(frozen=True)
class Row:
    """What is known of one picture by one method; of a refused picture only why.

    Attributes:
        picture: SHA-256 of its bytes, hexadecimal; empty where there were none to be read: then it
            is looked for again at the next start. name: in its source. label: of its class.
        method, parameters: all of them; empty of a refused picture.
        target: class index that was explained; None for the only output.
        raw: Complexity before removal. curve: `[100]`, float32, after it at each of `QUANTILES`.
            Both in nats, NaN where undefined.
        metrics, localisation, reasons: further figures, as `Entry` has them.
        cause: why there is no score, or why the picture was refused.
        mask: SHA-256 of the picture's mask, where the study's rows are of a picture and its mask.
    """

    picture: str
    name: str
    method: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    label: str | None = None
    target: int | None = None
    raw: float = float("nan")
    curve: Float[np.ndarray, "q"] = field(default_factory=_nothing)
    metrics: Mapping[str, float] = field(default_factory=dict)
    localisation: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cause: str | None = None
    kind: Literal["score", "refused", "lost"] = "score"
    mask: str | None = None

    @staticmethod
    def of_entry(
        picture: str, name: str, method: str, parameters: Mapping[str, Any], entry: Entry
    ) -> Row:
        """The row of what was measured."""
        return Row(
            picture,
            name,
            method,
            dict(parameters),
            target=entry.target,
            raw=entry.raw,
            curve=entry.curve.astype(np.float32),
            metrics=dict(entry.metrics),
            localisation=dict(entry.localisation),
            reasons=dict(entry.reasons),
            seconds=entry.seconds,
            cause=entry.cause,
        )

    @staticmethod
    def without_map(
        picture: str,
        name: str,
        method: str,
        parameters: Mapping[str, Any],
        reasons: Mapping[str, str],
    ) -> Row:
        """A row that says only why a map has no figure of some metrics on masks."""
        nothing = dict.fromkeys(reasons, float("nan"))
        return Row(picture, name, method, parameters, localisation=nothing, reasons=reasons)

    @staticmethod
    def refused(picture: str, name: str, cause: str, label: str | None = None) -> Row:
        """The row of a picture that cannot be read."""
        return Row(picture, name, label=label, cause=cause, kind="refused")

    @staticmethod
    def lost(picture: str, name: str, cause: str, label: str | None = None) -> Row:
        """The row of a picture that ended its workers: it is computed again at the next start."""
        return Row(picture, name, label=label, cause=cause, kind="lost")

    @property
    def figures(self) -> dict[str, float]:
        """All further ones; NaN where undefined."""
        return {**self.metrics, **self.localisation}

    @property
    def entry(self) -> Entry:
        """As the part of a study that one file was."""
        curve = self.curve.astype(np.float64)
        more = (self.metrics, self.localisation, self.reasons)
        return Entry(self.target, self.raw, curve, self.seconds, self.cause, *more)

    @property
    def parameters_json(self) -> str:
        """Sorted, so that equal parameters are equal text."""
        return json.dumps(dict(self.parameters), sort_keys=True, default=str)

    def key(self, setting: str) -> bytes:
        """What makes it the same row. `setting`: the key of the study's setting."""
        if self.kind == "score":
            return key_of(setting, self.picture, self.method, self.parameters, self.mask)
        return _hashed(self.kind, setting, self.picture or f"name:{self.name}")


def key_of(
    setting: str,
    picture: str,
    method: str,
    parameters: Mapping[str, Any],
    mask: str | None = None,
) -> bytes:
    """16 bytes for a picture (SHA-256) by a method in a setting (its key). mask: as of `Row`."""
    digest = parameters_digest(method, parameters)
    return _hashed("score", setting, picture, method, digest, *([mask] if mask else []))


def refusal_key(setting: str, picture: str, name: str = "") -> bytes:
    """16 bytes for a picture that was refused, by its SHA-256, or by its name without one."""
    return _hashed("refused", setting, picture or f"name:{name}")


def _hashed(*parts: str) -> bytes:
    text = json.dumps(parts).encode()
    return hashlib.blake2b(text, digest_size=KEY_BYTES).digest()
