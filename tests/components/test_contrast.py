"""Texts on the axes of charts can be read in both themes; Streamlit's own are too pale."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_on_axes_can_be_read(theme: str) -> None:
    css = (ROOT / "components" / "assets" / "layout.css").read_text()
    rule = re.search(r"\.xtick, \.ytick.*fill: light-dark\((#\w{6}), (#\w{6})\)", css)
    assert rule is not None
    text = rule[1 if theme == "light" else 2]
    colours = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][theme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(text, colours[ground]) >= LEAST
