"""What a finding code means, for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """meaning: what was established. action: what to do about it."""

    meaning: str
    action: str
