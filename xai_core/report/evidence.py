"""The evidence of a verdict as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xai_core.readiness.result import Verdict

MOST = 400  # signs


def lines(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Name and value of all that is known."""
    for name, value in verdict.evidence.items():
        if value is not None:
            told = flow(value) if name == "gradient_flow" else brief(value)
            yield name.replace("_", " "), told if len(told) <= MOST else told[: MOST - 1] + "…"


def brief(value: Any) -> str:
    """A number, a text, or several of them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {brief(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(brief, value))
    return str(value)


def flow(steps: Any) -> str:
    """Norms of the gradient from layer to layer, from the input on."""
    try:
        return " → ".join(f"{one['layer']} {brief(one['norm'])}" for one in steps)
    except (TypeError, KeyError):  # of another version
        return brief(steps)
