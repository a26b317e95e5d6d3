"""What shares a reason, together: a reason is told once."""

from __future__ import annotations

from collections.abc import Mapping


def by_reason(reasons: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Names by the reason that they share; reasons and names in the order in which they come."""
    found: dict[str, tuple[str, ...]] = {}
    for name, reason in reasons.items():
        found[reason] = (*found.get(reason, ()), name)
    return found
