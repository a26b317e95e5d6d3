"""A finding: one thing that a check, or the loading, established about a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check, or the loading, established.

    Attributes:
        code: stable name, documented in the reference.
        severity: an `error` is a reason why a model is below `ready`.
        where: the user's source line, `adapter.py:37`.
        layer: the layer's dotted name, `features.3`.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    where: str | None = None
    layer: str | None = None


def by_reason(reasons: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Names by the reason that they share; reasons and names in the order in which they come."""
    found: dict[str, tuple[str, ...]] = {}
    for name, reason in reasons.items():
        found[reason] = (*found.get(reason, ()), name)
    return found
