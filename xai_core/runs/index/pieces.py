"""Which runs may hold the words of a search: short pieces of all words, in SQLite's FTS5.

A word is in a text only where each of its pieces of three signs is. So the pieces name few runs
among very many, and whoever asks looks into these: a piece more does no harm. A word of one or two
signs is a piece itself, in any script.
"""

from __future__ import annotations

import sqlite3
import string
from collections.abc import Sequence
from functools import cache, lru_cache

LONGEST, MOST_PIECES = 3, 12  # signs of a piece; pieces that are asked for
# FTS5 ends a text at NUL and takes no other control sign into a token.
_control = dict.fromkeys((*range(32), 127), "\ufffd")
_signs = string.punctuation.replace("'", "''").replace('"', '""')
TABLE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS pieces USING fts5(text, content='', columnsize=0, "
    f"detail=none, tokenize=\"ascii tokenchars '{_signs}'\");"
)


@cache
def supported() -> bool:
    """Whether this Python's SQLite has FTS5. Where it has not, a search reads every run's words."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute(TABLE)
    except sqlite3.OperationalError:
        return False
    finally:
        db.close()
    return True


def add(db: sqlite3.Connection, row: int, words: str) -> None:
    """Enter the words of a row."""
    if supported():
        db.execute("INSERT INTO pieces(rowid, text) VALUES(?, ?)", (row, _text(words)))


def take_out(db: sqlite3.Connection, row: int, words: str) -> None:
    """Forget the words of a row: those that were entered."""
    if supported():
        given = ("delete", row, _text(words))
        db.execute("INSERT INTO pieces(pieces, rowid, text) VALUES(?, ?, ?)", given)


def rows_with(db: sqlite3.Connection, words: Sequence[str], most: int) -> list[int] | None:
    """Rows that may have all words in them; None where they are more than `most`, or none knows."""
    if not supported() or not words:
        return None
    wanted = [piece for word in words for piece in _asked(word.translate(_control))]
    few = list(dict.fromkeys(wanted))
    few = few[:: -(-len(few) // MOST_PIECES)]
    match = " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in few)
    query = "SELECT rowid FROM pieces WHERE pieces MATCH ? LIMIT ?"
    found = [row for (row,) in db.execute(query, (match, most + 1))]
    return found if len(found) <= most else None


def _asked(word: str) -> list[str]:
    return [word[at : at + LONGEST] for at in range(len(word) - LONGEST + 1)] or [word]


def _text(words: str) -> str:
    return " ".join(frozenset().union(*map(_pieces, words.translate(_control).split())))


@lru_cache(1000)
def _pieces(word: str) -> frozenset[str]:
    sizes = range(1, LONGEST + 1)
    return frozenset(word[at : at + size] for size in sizes for at in range(len(word) - size + 1))
