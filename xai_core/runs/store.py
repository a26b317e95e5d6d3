"""Kept runs in one folder: saved, listed, labelled, deleted; the oldest go when there are too many.

An id is a capability: 128 random bits, so that nobody opens a run whose link they were not given.
Any number of threads and processes may use one folder. The folders hold all that is kept; lists,
searches and sums come from an index beside them, which may be deleted at any time.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from xai_core.base.errors import InputError, XaiError
from xai_core.base.limits import MB
from xai_core.base.storage.atomic import locked, remove, write_bytes, write_text
from xai_core.base.storage.drafts import clear_drafts
from xai_core.base.storage.files import data_folder
from xai_core.readiness.result import Verdict
from xai_core.readiness.verdict.json import to_json
from xai_core.runs.entry import (
    MAX_NAME,
    Kept,
    Label,
    kept_in,
    label_in,
    labels,
    size_of,
    verdict_in,
)
from xai_core.runs.index.folder_index import Change, FolderIndex
from xai_core.runs.index.queries import Page, RunFilter
from xai_core.runs.index.syncing import ID as ID
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run


class Keepable(Protocol):
    """A finished result that can be written into a folder: a run, a study."""

    def write(self, folder: Path, /, **more: str) -> None:
        """Whole or not at all. `more`: texts of further JSON files, by their names."""


class RunStore:
    """The runs in a folder. `cap`: their size in MB."""

    def __init__(self, folder: Path | None = None, cap: float = 2048) -> None:
        self.folder = folder or data_folder() / "runs"
        self.cap = int(cap * MB)
        self._index = FolderIndex(self.folder)

    def save(
        self,
        run: Keepable,
        owner: str = "",
        name: str = "",
        verdict: Verdict | None = None,
        beside: Mapping[str, str] | None = None,
    ) -> str:
        """Keep a run and give its id; when this returns, a kill or a power cut loses it no more.

        Args:
            verdict: on its model, kept beside it as the proof of the run's level.
            beside: texts of further JSON files, by their names.

        Raises:
            XaiError: the disk is full, or all that is kept is pinned.
        """
        name_of = secrets.token_urlsafe(16)
        label = Label(name=name[:MAX_NAME], owner=owner)
        with self._changing() as change:
            change.of(name_of)
            run.write(self.folder / name_of, **(beside or {}), **labels(label, verdict))
            try:
                self._make_room(name_of, size_of(self.folder / name_of), change)
            except XaiError:
                remove(self.folder / name_of)
                raise
        return name_of

    def open(self, name: str) -> Run:
        """The run with this id. Raises `InputError` where there is none."""
        return open_run(self._existing(name))

    def folder_of(self, name: str) -> Path:
        """Where the result with this id lies. Raises `InputError` where there is none."""
        return self._existing(name)

    def verdict(self, name: str) -> Verdict | None:
        """The verdict that was kept with a run; None where none was, or it cannot be read."""
        return verdict_in(self._existing(name))

    def note(self, name: str) -> str:
        """What its owner says to who opens it; empty where nothing, or no run, is there."""
        with suppress(InputError):
            return label_in(self._existing(name)).note
        return ""

    def add_verdict(self, name: str, verdict: Verdict) -> None:
        """Keep the verdict on a run's model beside it. Raises `InputError` where there is none."""
        with self._changing() as change:
            folder = self._existing(name)
            change.of(name)
            write_text(folder / "verdict.json", json.dumps(to_json(verdict)))

    def add(self, name: str, file: str, data: bytes) -> None:
        """Keep what was computed for a run later, in a file beside it. Raises `XaiError`."""
        with self._changing() as change:
            folder = self._existing(name)
            change.of(name)
            before = (folder / file).stat().st_size if (folder / file).is_file() else 0
            self._make_room(name, size_of(folder) - before + len(data), change)
            write_bytes(folder / file, data)

    def added(self, name: str, file: str) -> bytes | None:
        """What `add` has kept; None where there is nothing. Raises `InputError` as `open`."""
        with suppress(OSError):
            return (self._existing(name) / file).read_bytes()
        return None

    def entry(self, name: str) -> Kept:
        """What the list says of one run. Raises `InputError` where there is none."""
        return kept_in(self._existing(name))

    def entries(self) -> tuple[Kept, ...]:
        """All runs that can be read, the newest first; every run's folder is looked at."""
        return self._index.everything()

    def page(self, wanted: RunFilter, first: int = 0, count: int = 20) -> Page:
        """Some of the runs that are wanted, from place `first` on, the newest first."""
        return self._index.page(wanted, first, count)

    def unread(self) -> int:
        """How many runs lists and sums lack for now: they are read beside, the newest first."""
        return self._index.unread()

    def tags(self, wanted: RunFilter) -> tuple[str, ...]:
        """All tags of the runs of an owner and of those that are linked, in order."""
        return self._index.tags(wanted)

    def largest(self, wanted: RunFilter) -> int:
        """Bytes of the largest run of an owner; 0 where there is none."""
        return self._index.largest(wanted)

    def studies(self, fingerprint: str) -> tuple[Kept, ...]:
        """Kept studies of one setting, whoever's they are, the newest first."""
        return tuple(self._index.printed(fingerprint))

    def pinned_files(self) -> set[Path]:
        """The model and the picture of every pinned run, in the data folder that it lies in."""
        return self._index.pinned_files(self.folder.parent)

    def change(self, name: str, /, **changes: Any) -> Label:
        """Rename, tag, pin or add a note. Raises `InputError` where there is no such run."""
        with self._changing() as change:
            folder = self._existing(name)
            change.of(name)
            label = label_in(folder).changed(**changes)
            write_text(folder / "label.json", json.dumps(asdict(label)))
        return label

    def delete(self, name: str) -> None:
        """Delete a run; one that is gone already needs no deleting."""
        with self._changing() as change, suppress(InputError):
            folder = self._existing(name)
            change.of(name)
            remove(folder)

    def used(self) -> int:
        """Bytes of all runs."""
        return self._index.size()

    def would_delete(self, size: int) -> tuple[Kept, ...]:
        """Which runs go when one of `size` bytes is saved now: the oldest that are not pinned."""
        return tuple(self._index.oldest(self.used() + size - self.cap))

    def tidy(self) -> None:
        """Delete what killed writers have left behind. Never raises."""
        clear_drafts((self.folder,))
        self._index.tidy()

    def _make_room(self, name: str, size: int, change: Change) -> None:
        """Delete the oldest for a run that has `size` bytes. Raises `XaiError`; all stays then."""
        if change.partial:  # whoever saves next makes room for this one, too
            return
        over = change.size(but=name) + size - self.cap
        going = change.oldest(over, but=name)
        if sum(one.size for one in going) < over:
            raise XaiError(
                f"The result is not kept: runs may take {self.cap / MB:,.0f} MB on this server, "
                "and too little of it is left beside the pinned ones.",
                "Unpin or delete some on the page Runs.",
            )
        for one in going:
            change.of(one.id)
            remove(one.folder)

    def _existing(self, name: str) -> Path:
        if not ID.fullmatch(name) or not os.path.isfile(self.folder / name / "run.json"):
            raise InputError(
                "There is no such run on this server.",
                "It was deleted, or the link is incomplete.",
            )
        return self.folder / name

    @contextmanager
    def _changing(self) -> Iterator[Change]:
        with locked(self.folder), self._index.changing() as change:
            yield change
