"""Lists of names, written as a text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words in a text, however its lines are broken."""
    return frozenset(text.split())
