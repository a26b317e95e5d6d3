"""Where something that is handed on comes from: the product, the view, and what its sender says."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from xai_core.base.text import one_line
from xai_core.maps.theme import Style
from xai_core.runs.entry import MAX_NOTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRODUCT, NOTE = "Pedestal", "Note of the sender"
SIZE, WIDTH, LINE = 11, 168, 0.0245  # of the note on a card: points, signs and share of its height


def note_of(text: str) -> str:
    """With its heading, on one line; empty where nothing was said."""
    told = " ".join(one_line(text[:MAX_NOTE]).split())
    return f"{NOTE}: {told}" if told else ""


def origin(link: str) -> str:
    """The product's name, and the address of the view where one is known."""
    told = one_line(link)
    return f"Made with {PRODUCT}. This view: {told}" if told else f"Made with {PRODUCT}."


def draw(figure: Figure, note: str, style: Style, top: float) -> float:
    """Put product and note on a card; returns the share of its height that is left below `top`."""
    figure.text(0.985, 0.945, PRODUCT, size=15, weight="bold", ha="right", color=style.accent)
    lines = _lines(note_of(note))
    if not lines:
        return top
    told = "\n".join(lines)
    figure.text(0.02, top + 0.012, told, size=SIZE, weight="bold", va="top", linespacing=1.35)
    return top - LINE * len(lines)


def _lines(told: str) -> list[str]:
    """Of one width: capitals and the signs of East Asia are wider than the others."""
    wide = sum(sign.isupper() or not sign.isascii() for sign in told)
    return textwrap.wrap(told, int(WIDTH * len(told) / (len(told) + wide))) if told else []
