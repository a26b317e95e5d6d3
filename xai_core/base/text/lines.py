"""Text on one line: of signs that can be printed, or with the others shown by their number."""

from __future__ import annotations

LONGEST = 4000  # signs; a name of megabytes would stop the page, and no sentence is that long


def one_line(text: object) -> str:
    """The text on one line, of signs that can be printed, at most `LONGEST` of them."""
    told = str(text)
    if len(told) > LONGEST:
        told = told[: LONGEST - 1] + "…"
    return printable(told)


def printable(text: str) -> str:
    """Signs that cannot be printed become spaces, tabs among them."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def terminal(text: object) -> str:
    """One line for a terminal; a sign that cannot be printed is shown by its number, as `\\x1b`."""
    return "".join(sign if sign.isprintable() else _number(sign) for sign in str(text))


def json_text(text: str) -> str:
    """Printed JSON that means the same, and has no sign that a terminal obeys."""
    return "".join(sign if sign == "\n" or sign.isprintable() else _unit(sign) for sign in text)


def _number(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _unit(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
