"""Markdown that shows a text as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xai_core.base.text.lines import one_line

JOINER = "\u2060"  # no width, and no part of an address: what it parts is no link

# Markdown makes links of plain addresses, also of escaped ones, and Streamlit pictures of
# `:shortcodes:`: both look through the finished text. So such a text is parted.
_PARTED = re.compile(r"(?<=:)(?=/|[^\s:]+:)|(?<=@)(?=\S)|(?<=[wW]{3})(?=\.)")
_BEGINS_A_LIST = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+]))(.)")
# A `_` within a word and the `:` before a line's number mean nothing, and names stay readable.
_SPECIAL = re.compile(
    r"[\\`*{}\[\]#!|<>$~&]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|:(?!\d+(?![\w:+-]))(?=\S)"
)
_LOOK_ALIKES = str.maketrans("`|[]", "'¦［］")


def markdown(text: object, *, code: bool = True) -> str:
    """Markdown that shows the text: no link, picture, heading, colour, formula or icon.

    Args:
        code: whether what stands between two single backticks is shown as code, as in messages.
    """
    told = " ".join(one_line(text).split())
    parts = told.split("`")
    if not code or len(parts) % 2 == 0 or "``" in told or _breaks_out(parts[1::2]):
        return _escaped(told)
    return "".join(f"`{part}`" if place % 2 else _escaped(part) for place, part in enumerate(parts))


def inside_code(text: object) -> str:
    """For between two backticks, also in a cell or a label: look-alikes for what would end them."""
    return one_line(text).translate(_LOOK_ALIKES)


def _breaks_out(parts: Iterable[str]) -> bool:
    """Whether code has a sign that ends a cell or a label around it: they are read before code."""
    return any(sign in part for part in parts for sign in "|[]")


def _escaped(text: str) -> str:
    parted = _PARTED.sub(JOINER, text)
    told = _SPECIAL.sub(lambda found: f"\\{found[0]}", parted)
    return _BEGINS_A_LIST.sub(r"\1\\\2", told)
