"""Colours of a shared picture, light and dark, and of methods everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PALETTE = ("#2f7f86", "#e4572e", "#8661c1", "#c58b00", "#3a86d6", "#b5416b", "#5a8f29", "#7a6a58")
FONT = "DejaVu Sans"  # comes with matplotlib: the same picture everywhere
MAP, SIGNED_MAP = "inferno", "berlin"
BRIGHTEST = 99.5  # percentile; a single hot pixel must not leave the rest of a map black


@dataclass(frozen=True)
class Style:
    """The colours of one theme."""

    background: str
    text: str
    faint: str
    bars: str
    panel: str
    line: str
    accent: str


STYLES: Mapping[str, Style] = {
    "light": Style("#ffffff", "#1b2226", "#5b666d", "#9aa8b0", "#f3f5f6", "#d5dadd", "#17696f"),
    "dark": Style("#12171a", "#e6ebee", "#9fabb2", "#66747c", "#1d2529", "#38444a", "#5fb3ba"),
}


def colour_of(methods: tuple[str, ...], method: str) -> str:
    """The colour of one of these methods."""
    return PALETTE[methods.index(method) % len(PALETTE)]
