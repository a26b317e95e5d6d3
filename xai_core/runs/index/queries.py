"""What a list of runs asks the index."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xai_core.runs.entry import Kept
from xai_core.runs.index import pieces
from xai_core.runs.index.database import Connection
from xai_core.runs.index.rows import BETWEEN, folded, kept_of, storable
from xai_core.runs.index.syncing import changed
from xai_core.runs.index.writing import put

MOST = 1000  # runs that a search counts: who has more of them searches more closely
# Runs that may match, of which each is looked up; more of them are met soon in the list's order,
# and still fewer of a tag: each that has it does match.
NEAR, TAGGED = 5000, 2500
NEARBY = "rowid IN (SELECT value FROM json_each(:near))"
TRIES = 5  # others may change what is read
SINGLY = 100  # words that have a condition each: SQLite takes a thousand in a query at most
# Tag after tag through the index, however many runs have each.
TAGS = """
WITH RECURSIVE each(tag) AS (
    SELECT min(tag) FROM tags WHERE owner = :owner
    UNION ALL SELECT (SELECT min(tag) FROM tags WHERE owner = :owner AND tag > each.tag)
    FROM each WHERE each.tag IS NOT NULL)
SELECT tag FROM each WHERE tag IS NOT NULL
UNION SELECT tag FROM tags WHERE id IN (SELECT value FROM json_each(:linked)) ORDER BY 1
"""


@dataclass(frozen=True)
class RunFilter:
    """Which runs a list is of.

    Attributes:
        owner: whose; None: everybody's. linked: ids of others' that belong to it as well.
        words: each must be in the title, model, picture, target, a method or a tag.
        tags: all of them. studies: only these, or none of them.
    """

    owner: str | None = None
    linked: frozenset[str] = frozenset()
    words: str = ""
    tags: tuple[str, ...] = ()
    studies: bool | None = None

    @property
    def plain(self) -> bool:
        """Nothing is searched for."""
        return not self.words.split() and not self.tags


@dataclass(frozen=True)
class Page:
    """Some runs of a list, the newest first. total: of the list. more: it was not counted on."""

    total: int
    entries: tuple[Kept, ...]
    more: bool = False


def page(db: Connection, folder: Path, wanted: RunFilter, first: int, count: int) -> Page:
    """`count` runs from place `first` on; each is as its folder says."""
    for _ in range(TRIES):
        names, total, more = _names(db, wanted, first, count)
        found, stale = _read(db, folder, names)
        if not stale:
            break
        put(db, folder, stale)
    return Page(total, tuple(found), more)


def tags(db: Connection, wanted: RunFilter) -> tuple[str, ...]:
    """All tags of the runs of an owner and of those that are linked."""
    given = {"owner": wanted.owner, "linked": json.dumps(sorted(wanted.linked))}
    return tuple(tag for (tag,) in db.execute(TAGS, given))


def largest(db: Connection, wanted: RunFilter) -> int:
    """Bytes of the largest run of an owner; 0 where there is none."""
    query = "SELECT max(size) FROM runs WHERE owner = ?"
    return int(db.execute(query, (wanted.owner,)).fetchone()[0] or 0)


def total_size(db: Connection, but: str = "") -> int:
    """Bytes of all runs but one, also of those that cannot be read."""
    query = """
    SELECT coalesce((SELECT size FROM total), 0)
         - coalesce((SELECT size FROM runs WHERE id = ?), 0)"""
    return int(db.execute(query, (but,)).fetchone()[0])


def printed(db: Connection, folder: Path, fingerprint: str) -> list[Kept]:
    """Studies with a fingerprint, the newest first."""
    query = """
    SELECT id FROM runs WHERE fingerprint = ? AND fingerprint <> ''
    ORDER BY created DESC, id DESC"""
    for _ in range(TRIES):
        names = [name for (name,) in db.execute(query, (fingerprint,))]
        found, stale = _read(db, folder, names)
        if not stale:
            break
        put(db, folder, stale)
    return found


def oldest(db: Connection, folder: Path, over: int, but: str = "") -> list[Kept]:
    """The oldest runs that are not pinned, all but one, until they hold `over` bytes."""
    for _ in range(TRIES):
        going, stale, left = [], [], over
        for name, size in _aged(db, but) if over > 0 else ():
            one, changed_since = _read(db, folder, [name])
            stale += changed_since
            going += one
            left -= size
            if left <= 0:
                break
        if not stale:
            return going
        put(db, folder, stale)
    return []


def pinned(db: Connection) -> list[str]:
    """Ids of pinned runs."""
    return [name for (name,) in db.execute("SELECT id FROM runs WHERE pinned = 1")]


def _aged(db: Connection, but: str) -> Iterator[tuple[str, int]]:
    query = """
    SELECT id, size FROM runs WHERE pinned = 0 AND owner IS NOT NULL AND id <> ?
    ORDER BY created, id"""
    yield from db.execute(query, (but,))


def _names(
    db: Connection, wanted: RunFilter, first: int, count: int
) -> tuple[list[str], int, bool]:
    """Ids in order, how many there are, and whether there are more."""
    clause, given = _clause(wanted)
    mine = "owner IS NOT NULL" if wanted.owner is None else "owner = :owner"
    near = None if wanted.plain else _near(db, wanted)
    if near is not None:
        # left alone, SQLite reads all of the owner's in the list's order and asks `near` of each
        source, mine = "runs NOT INDEXED", f"{mine} AND {NEARBY}"
        given["near"] = json.dumps(near)
    else:
        plain = wanted.plain and wanted.studies is None
        source = f"runs INDEXED BY {'listed' if plain else 'searched'}"
    one = f"SELECT id, created FROM {source} WHERE {mine}{clause}"  # noqa: S608 - fixed parts
    other = (
        "SELECT id, created FROM runs WHERE id IN (SELECT value FROM json_each(:linked)) "  # noqa: S608 - fixed parts
        f"AND owner <> :owner{clause}"
    )
    query = f"{one} UNION ALL {other}" if wanted.linked and wanted.owner is not None else one
    given |= {"owner": wanted.owner, "linked": json.dumps(sorted(wanted.linked))}
    ordered = f"{query} ORDER BY created DESC, id DESC LIMIT :count OFFSET :first"
    if wanted.plain and wanted.studies is None:
        rows = db.execute(ordered, given | {"count": count, "first": first}).fetchall()
        (total,) = db.execute(f"SELECT count(*) FROM ({query})", given).fetchone()  # noqa: S608
        return [name for name, _ in rows], total, False
    rows = db.execute(ordered, given | {"count": MOST + 1, "first": 0}).fetchall()
    found = [name for name, _ in rows[:MOST]]
    return found[first : first + count], len(found), len(rows) > MOST


def _near(db: Connection, wanted: RunFilter) -> list[int] | None:
    """Rows of which some may match, and no other of the owner's; None where they are too many."""
    found = pieces.rows_with(db, _words(wanted), NEAR)
    if found is not None or not wanted.tags or wanted.owner is None:
        return found
    query = """
    SELECT rowid FROM runs WHERE id IN
        (SELECT id FROM tags WHERE owner = ? AND tag = ? LIMIT ?)"""
    given = (wanted.owner, storable(wanted.tags[0]), TAGGED + 1)
    rows = [row for (row,) in db.execute(query, given)]
    return rows if len(rows) <= TAGGED else None


def _words(wanted: RunFilter) -> list[str]:
    words = {storable(folded([word])) for word in wanted.words.split()}
    return sorted(words, key=lambda word: (-len(word), word))


def _clause(wanted: RunFilter) -> tuple[str, dict[str, object]]:
    parts: list[str] = []
    given: dict[str, object] = {}
    tags = [storable(f"{BETWEEN}{tag}{BETWEEN}") for tag in wanted.tags]
    for column, texts in (("words", _words(wanted)), ("tags", tags)):
        for place, text in enumerate(texts[:SINGLY]):
            parts.append(f" AND instr({column}, :{column}{place})")
            given[f"{column}{place}"] = text
        if texts[SINGLY:]:
            each = f"SELECT 1 FROM json_each(:{column}) WHERE NOT instr({column}, value)"  # noqa: S608 - fixed parts
            parts.append(f" AND NOT EXISTS ({each})")
            given[column] = json.dumps(texts[SINGLY:])
    if wanted.studies is not None:
        parts.append(" AND study = :study")
        given["study"] = wanted.studies
    return "".join(parts), given


def _read(db: Connection, folder: Path, names: list[str]) -> tuple[list[Kept], list[str]]:
    """The entries with these ids, and which of them are not as their folders say."""
    found, stale = [], []
    for name in names:
        row = db.execute("SELECT stamp, facts FROM runs WHERE id = ?", (name,)).fetchone()
        try:
            if row is None or changed(folder, [(name, row[0])]):
                raise ValueError("another one")
            found.append(kept_of(folder, row[1]))
        except (KeyError, TypeError, ValueError):
            stale.append(name)
    return found, stale
