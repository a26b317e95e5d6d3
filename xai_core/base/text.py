"""Text that a model, a file or a worker chose, made into text for the medium that shows it.

One function a medium: `markdown` (pages and copies of a verdict), `html` (reports, notebooks and
charts), `terminal` (what is printed), `json_text` (JSON that is printed) and `cell` (CSV).
All of them begin with `one_line`, which leaves nothing that moves a cursor, turns the direction of
writing or begins a new line.
"""

from __future__ import annotations

import html as _html
import re
from collections.abc import Iterable

LONGEST = 4000  # signs; a name of megabytes would stop the page, and no sentence is that long
JOINER = "\u2060"  # no width, and no part of an address: what it parts is no link

# Markdown makes links of plain addresses, also of escaped ones, and Streamlit pictures of
# `:shortcodes:`: both look through the finished text. So such a text is parted.
_PARTED = re.compile(r"(?<=:)(?=/|[^\s:]+:)|(?<=@)(?=\S)|(?<=[wW]{3})(?=\.)")
_BEGINS_A_LIST = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+]))(.)")
_SPECIAL = re.compile(r"[\\`*_{}\[\]#!|<>$~&]|:(?=\S)")
# Also after what separates columns: where commas are decimal, a spreadsheet splits at others.
_LOOK_ALIKES = str.maketrans("`|[]", "'¦［］")
_FORMULA = re.compile(r"(^|[,;|\t])(\s*)(?=[=+\-@＝＋－＠])")


def one_line(text: object) -> str:
    """The text on one line, of signs that can be printed, at most `LONGEST` of them."""
    told = str(text)
    if len(told) > LONGEST:
        told = told[: LONGEST - 1] + "…"
    return printable(told)


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


def _breaks_out(parts: Iterable[str]) -> bool:
    """Whether code has a sign that ends a cell or a label around it: they are read before code."""
    return any(sign in part for part in parts for sign in "|[]")


def inside_code(text: object) -> str:
    """For between two backticks, also in a cell or a label: look-alikes for what would end them."""
    return one_line(text).translate(_LOOK_ALIKES)


def _escaped(text: str) -> str:
    parted = _PARTED.sub(JOINER, text)
    told = _SPECIAL.sub(lambda found: f"\\{found[0]}", parted)
    return _BEGINS_A_LIST.sub(r"\1\\\2", told)


def html(text: object) -> str:
    """HTML that shows the text, also within an attribute."""
    return _html.escape(one_line(text))


def html_lines(text: str) -> str:
    """As `html`, for a `<pre>`: lines stay lines."""
    return "\n".join(_html.escape(printable(line)) for line in text.split("\n"))


def printable(text: str) -> str:
    """Signs that cannot be printed become spaces, tabs among them."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def terminal(text: object) -> str:
    """One line for a terminal; a sign that cannot be printed is shown by its number, as `\\x1b`."""
    return "".join(sign if sign.isprintable() else _number(sign) for sign in str(text))


def json_text(text: str) -> str:
    """Printed JSON that means the same, and has no sign that a terminal obeys."""
    return "".join(sign if sign == "\n" or sign.isprintable() else _unit(sign) for sign in text)


def cell(value: object) -> object:
    """A cell of a CSV file: numbers as they are, texts on one line and never a formula."""
    if not isinstance(value, str):
        return value
    return _FORMULA.sub(r"\1\2'", one_line(value))


def _number(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _unit(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
