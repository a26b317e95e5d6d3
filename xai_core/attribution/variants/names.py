"""What a variant of a method is called: `grad-cam@features.3`, its method and which one it is.

Its parameters say the value; the name alone means nothing more.
"""

from __future__ import annotations

SIGN = "@"


def base_of(name: str) -> str:
    """The method that a variant is of; a method's own name stays."""
    return name.partition(SIGN)[0]


def which_of(name: str) -> str:
    """Which variant it is; empty for a method's own name."""
    return name.partition(SIGN)[2]


def values_in(text: str) -> list[str]:
    """The values of a parameter that are given as a text with commas, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
