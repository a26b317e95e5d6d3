"""How far a map is sampled, and how sure it is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xai_core.attribution import remarks

# What `sampled` and `remarks.told` tell of an attribution's choices.
TOLD = ("samples", "standard_error", *remarks.FACTS)


def sure(error: float | None) -> str:
    """A relative standard error, for a person."""
    return "" if error is None else f"standard error {100 * error:.1f} %"


def sampled(asked: int, chosen: Mapping[str, Any]) -> str:
    """How far a noise method sampled and how sure a method is, for a person.

    Args:
        asked: samples that its parameters allow. chosen: of its attribution.
    """
    samples, error = chosen.get("samples"), chosen.get("standard_error")
    told = sure(error if type(error) is float else None)
    if type(samples) is not int:
        return told
    count = f"{samples} samples" if samples >= asked else f"stopped after {samples} of {asked}"
    return ", ".join(filter(None, (count, told)))
