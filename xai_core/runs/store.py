"""Kept runs in one folder: saved, listed, labelled, deleted; the oldest go when there are too many.

An id is a capability: 128 random bits, so that nobody opens a run whose link they were not given.
Any number of threads and processes may use one folder.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from xai_core.base.errors import InputError, XaiError
from xai_core.base.limits import MB
from xai_core.base.storage.atomic import remove, write_text
from xai_core.base.storage.drafts import clear_drafts
from xai_core.base.storage.files import data_folder, writing
from xai_core.readiness.result import Verdict
from xai_core.readiness.verdict.json import to_json
from xai_core.runs.entry import MAX_NOTE, Kept, Label, kept_in, label_in, size_of, verdict_in
from xai_core.runs.run import Run, open_run

try:
    import fcntl
except ImportError:  # Windows: threads of one process are kept apart, processes are not
    fcntl = None  # type: ignore[assignment]

ID = re.compile(r"[A-Za-z0-9_-]{22}")
MAX_NAME, MAX_TAGS = 120, 20
_threads = threading.Lock()


class Keepable(Protocol):
    """A finished result that can be written into a folder: a run, a study."""

    def write(self, folder: Path, /, **more: str) -> None:
        """Whole or not at all. `more`: texts of further JSON files, by their names."""


class RunStore:
    """The runs in a folder. `cap`: their size in MB."""

    def __init__(self, folder: Path | None = None, cap: float = 2048) -> None:
        self.folder = folder or data_folder() / "runs"
        self.cap = int(cap * MB)

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
        with self._locked():
            run.write(self._path(name_of), **(beside or {}), **_labels(label, verdict))
            self._make_room(name_of)
        clear_drafts((self.folder,))
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
        with self._locked():
            write_text(self._existing(name) / "verdict.json", json.dumps(to_json(verdict)))

    def entry(self, name: str) -> Kept:
        """What the list says of one run. Raises `InputError` where there is none."""
        return kept_in(self._existing(name))

    def entries(self) -> tuple[Kept, ...]:
        """All runs that can be read, the newest first; only small files are opened."""
        found = []
        for folder in self._folders():
            with suppress(InputError, OSError):
                found.append(kept_in(folder))
        return tuple(sorted(found, key=lambda one: (one.created, one.id), reverse=True))

    def change(self, name: str, /, **changes: Any) -> Label:
        """Rename, tag, pin or add a note. Raises `InputError` where there is no such run."""
        with self._locked():
            folder = self._existing(name)
            label = replace(label_in(folder), **changes)
            tags = dict.fromkeys(tag.strip()[:MAX_NAME] for tag in label.tags if tag.strip())
            label = replace(
                label,
                name=label.name.strip()[:MAX_NAME],
                tags=(*tags,)[:MAX_TAGS],
                note=label.note.strip()[:MAX_NOTE],
            )
            write_text(folder / "label.json", json.dumps(asdict(label)))
        return label

    def delete(self, name: str) -> None:
        """Delete a run; one that is gone already needs no deleting."""
        with self._locked(), suppress(InputError):
            remove(self._existing(name))

    def used(self) -> int:
        """Bytes of all runs."""
        return sum(map(size_of, self._folders()))

    def would_delete(self, size: int) -> tuple[Kept, ...]:
        """Which runs go when one of `size` bytes is saved now: the oldest that are not pinned."""
        return self._too_many(self.entries(), self.used() + size)

    def tidy(self) -> None:
        """Delete what killed writers have left behind. Never raises."""
        clear_drafts((self.folder, *self._folders()))

    def _make_room(self, newest: str) -> None:
        others = [one for one in self.entries() if one.id != newest]
        total = self.used()
        going = self._too_many(others, total)
        if total - sum(one.size for one in going) > self.cap:
            remove(self._path(newest))
            raise XaiError(
                f"The result is not kept: runs may take {self.cap / MB:,.0f} MB on this server, "
                "and too little of it is left beside the pinned ones.",
                "Unpin or delete some on the page Runs.",
            )
        for one in going:
            remove(one.folder)

    def _too_many(self, entries: Iterable[Kept], total: int) -> tuple[Kept, ...]:
        going = []
        for one in reversed(tuple(entries)):
            if total > self.cap and not one.label.pinned:
                going.append(one)
                total -= one.size
        return tuple(going)

    def _folders(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if ID.fullmatch(path.name)]
        except OSError:
            return []

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _existing(self, name: str) -> Path:
        if not ID.fullmatch(name) or not os.path.isfile(self._path(name) / "run.json"):
            raise InputError(
                "There is no such run on this server.",
                "It was deleted, or the link is incomplete.",
            )
        return self._path(name)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / ".lock").open("ab")
        with _threads, file, writing():
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed, also by a kill
            yield


def _labels(label: Label, verdict: Verdict | None) -> dict[str, str]:
    more = {"label": json.dumps(asdict(label))}
    if verdict is not None:
        more["verdict"] = json.dumps(to_json(verdict))
    return more
