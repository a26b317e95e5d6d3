"""A kept run as a row of the index, and back; and how a change of its folder is noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xai_core.attribution.methods.base import title_of
from xai_core.base.errors import XaiError
from xai_core.runs.entry import Kept, Label, kept_in, label_in, size_of
from xai_core.runs.reading import passes

BETWEEN = "\x1f"  # tags in their column: a sign that nobody types
SCHEMA = """
CREATE TABLE IF NOT EXISTS runs(
    id TEXT PRIMARY KEY, owner TEXT, created TEXT NOT NULL, pinned INTEGER NOT NULL,
    size INTEGER NOT NULL, study INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    words TEXT NOT NULL, tags TEXT NOT NULL, stamp TEXT NOT NULL, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS listed ON runs(owner, created, id);
CREATE INDEX IF NOT EXISTS searched ON runs(owner, created, id, study, tags, words);
CREATE INDEX IF NOT EXISTS aged ON runs(pinned, created, id);
CREATE INDEX IF NOT EXISTS largest ON runs(owner, size);
CREATE INDEX IF NOT EXISTS prints ON runs(fingerprint) WHERE fingerprint <> '';
CREATE INDEX IF NOT EXISTS doubted ON runs(id) WHERE stamp = '';
CREATE TABLE IF NOT EXISTS tags(
    owner TEXT NOT NULL, tag TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(owner, tag, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tagged ON tags(id);
CREATE TABLE IF NOT EXISTS seal(one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER);
CREATE TABLE IF NOT EXISTS total(one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS came AFTER INSERT ON runs BEGIN
    INSERT OR IGNORE INTO total VALUES(1, 0);
    UPDATE total SET size = size + new.size;
END;
CREATE TRIGGER IF NOT EXISTS went AFTER DELETE ON runs BEGIN
    UPDATE total SET size = size - old.size;
END;
CREATE TRIGGER IF NOT EXISTS grew AFTER UPDATE OF size ON runs BEGIN
    UPDATE total SET size = size + new.size - old.size;
END;
"""
COLUMNS: tuple[str, ...] = ("id", "owner", "created", "pinned", "size", "study", "fingerprint")
COLUMNS += ("words", "tags", "stamp", "facts")
Row = tuple[Any, ...]


def stamp_of(folder: Path | str) -> str:
    """Changes with every change of what the list says of a run; empty where there is no folder."""
    place = os.fspath(folder)  # hundreds are looked at for a page: a `Path` takes longer to make
    try:
        found = [os.stat(place).st_mtime_ns]
    except OSError:
        return ""
    for name in ("run.json", "label.json"):
        try:
            file = os.stat(f"{place}/{name}")
            found += [file.st_mtime_ns, file.st_size]
        except OSError:
            found += [0, 0]
    return "-".join(map(str, found))


def row_of(folder: Path) -> Row | None:
    """What the index holds of a run; None where there is none.

    One that cannot be read has no owner: it takes room and is never listed. Where that may pass,
    it is in doubt, so that whoever comes next reads it again.
    """
    stamp = stamp_of(folder)  # before reading: a change during it is noticed afterwards
    if not stamp:
        return None
    try:
        kept = kept_in(folder)
    except (XaiError, OSError) as error:
        doubt = passes(error)
        pinned = doubt or bool(label_in(folder).pinned)
        stamp = "" if doubt else stamp
        return (folder.name, None, "", pinned, size_of(folder), False, "", "", "", stamp, "{}")
    label = kept.label
    return (
        folder.name,
        storable(label.owner),
        storable(kept.created),
        bool(label.pinned),
        kept.size,
        kept.study,
        storable(kept.fingerprint),
        storable(words_of(kept)),
        storable(f"{BETWEEN}{BETWEEN.join(map(str, label.tags))}{BETWEEN}" if label.tags else ""),
        stamp,
        json.dumps({**vars(kept), "folder": "", "label": vars(label)}, default=str),
    )


def kept_of(folder: Path, facts: str) -> Kept:
    """The entry that a row holds. Raises `KeyError`, `TypeError` or `ValueError`: it is broken."""
    data = json.loads(facts)
    label = Label(**{**data["label"], "tags": tuple(data["label"]["tags"])})
    methods = tuple(data["methods"])
    return Kept(**{**data, "folder": folder / data["id"], "label": label, "methods": methods})


def words_of(kept: Kept) -> str:
    """What a search looks through, each word once."""
    texts = [kept.title, kept.model, kept.picture, kept.target, *kept.label.tags]
    texts += [*kept.methods, *map(title_of, kept.methods)]
    return folded(dict.fromkeys(word for text in texts for word in str(text).split()))


def folded(words: Iterable[str]) -> str:
    """Words as they are compared."""
    return " ".join(words).casefold()


def storable(text: object) -> str:
    """Half a sign of UTF-16, which JSON may hold, is none for SQLite."""
    return str(text).encode("utf-8", "replace").decode()
