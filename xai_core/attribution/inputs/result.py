"""The map of one of several inputs, with what the model was given there."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs


@dataclass(frozen=True)
class InputMap:
    """One input. given: float32 `[1, C, H, W]`. attribution: its values `[1, C or 1, H, W]`."""

    name: str
    given: Inputs
    attribution: Attribution
