"""One worker of a study: pictures by name in, rows out; the model and the decoder are caged."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, WorkerError, XaiError
from xai_core.pictures.preprocessing import Prepared
from xai_core.studies.chunk import chunk_size, explained, scored
from xai_core.studies.figures.measured import Truth, with_figures
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.processes import Processes, open_model
from xai_core.studies.host.task import Task
from xai_core.studies.host.temporary import clear, temporary
from xai_core.studies.host.truth import Truths, measured
from xai_core.studies.shards import Row, key_of
from xai_core.studies.shards.keys import Keys
from xai_core.studies.shards.row import refusal_key
from xai_core.studies.sources import Listed
from xai_core.worker.process.budget import Budget
from xai_core.worker.wire.codec import error_to

DONE, REFUSED = "done", "refused"
PREFIX = "pedestal-chunk-"  # of no other folder: one without a lock is deleted
UNSERVED = ("closed", "protection-off")  # another try would end the same way


@dataclass(frozen=True)
class _Ready:
    """A picture that is to be explained."""

    listed: Listed
    sha256: str
    prepared: Prepared
    truth: Truth = None


class Host:
    """Holds the model of a study. Two threads may use it: one decodes or scores while the model
    runs for the other. After a death the next chunk opens the model again.

    Args:
        known: keys of the rows that there are. share: what its processes may use.
        begun: processes with that share in which the task's model is open; they are its own now.
    """

    def __init__(
        self, task: Task, known: Keys, share: Budget, begun: Processes | None = None
    ) -> None:
        self._task, self._known, self._key = task, known, task.setting.key
        clear(PREFIX)
        both = begun or Processes.start(share, task.time_limit)
        self._worker, self._decoder = both.worker, both.decoder
        self._truths = Truths(self._decoder, task)
        self._turn, self._opened = threading.Lock(), begun is not None
        self.closed = False

    def compute(self, chunk: Chunk) -> Outcome:
        """All that is missing of these pictures. Never raises an `Exception`."""
        start = time.perf_counter()
        try:
            with temporary(PREFIX) as folder:
                outcome = self._outcome(chunk, folder)
            return replace(outcome, seconds=time.perf_counter() - start)
        except WorkerError as error:
            if error.code in UNSERVED:
                return Outcome(chunk, failure=error_to(error))
            return Outcome(chunk, died=str(error))
        except XaiError as error:
            return Outcome(chunk, failure=error_to(error))
        except Exception as error:  # the border of a process: the job has to hear of it
            told = XaiError(f"The computation failed: {type(error).__name__}: {error}.")
            return Outcome(chunk, failure=told.to_dict())

    def close(self) -> None:
        """End both processes, also in the middle of a chunk."""
        self.closed = True
        self._worker.close()
        self._decoder.close()

    def _outcome(self, chunk: Chunk, folder: Path) -> Outcome:
        rows: list[Row] = []
        groups: dict[tuple[str, ...], list[_Ready]] = defaultdict(list)
        known: list[str] = []
        for listed in chunk.pictures:
            try:
                found = self._looked_at(listed, folder)
            except _RefusedError as refused:
                rows.append(refused.row)
                continue
            if isinstance(found, str):
                known.append(found)
            else:
                ready, missing = found
                groups[missing].append(ready)
        for names, pictures in groups.items():
            rows += self._computed(pictures, {name: self._task.methods[name] for name in names})
        return Outcome(chunk, tuple(rows), len(known), known.count(REFUSED))

    def _looked_at(self, listed: Listed, folder: Path) -> tuple[_Ready, tuple[str, ...]] | str:
        """A picture and the methods that it lacks; how it ended where everything is known of it."""
        task, key, sha256 = self._task, self._key, ""
        try:
            if listed.cause is not None:
                raise InputError(listed.cause)
            path = task.source.local(listed, folder)
            sha256 = sha256_of(path)
            if refusal_key(key, sha256) in self._known:
                return REFUSED
            missing = tuple(
                name
                for name, given in task.methods.items()
                if key_of(key, sha256, name, given) not in self._known
            )
            if not missing:
                return DONE
            prepared = self._decoder.prepared(path, task.setting.spec)
            truth = self._truths.of(listed, path, folder)
        except InputError as error:
            raise _RefusedError(_refused(listed, sha256, str(error))) from error
        return _Ready(listed, sha256, prepared, truth), missing

    def _computed(
        self, pictures: Sequence[_Ready], methods: Mapping[str, Mapping[str, Any]]
    ) -> list[Row]:
        most = chunk_size(methods, pictures[0].prepared.inputs.shape[1:])
        if len(pictures) > most:
            parts = [pictures[at : at + most] for at in range(0, len(pictures), most)]
            return [row for part in parts for row in self._computed(part, methods)]
        setting, prepared = self._task.setting, [one.prepared for one in pictures]
        how: dict[str, Any] = {"seed": setting.seed, "target": setting.target}
        with self._turn:
            self._open()
            try:
                found = explained(self._worker, prepared, methods, **how, pace=self._task.pace)
                truths = [one.truth for one in pictures]
                figures = measured(self._worker, prepared, truths, found, setting)
            except WorkerError:
                raise
            except XaiError as error:
                if len(pictures) == 1:
                    return [_refused(pictures[0].listed, pictures[0].sha256, str(error))]
                found = None
        if found is None:  # one of them does not fit: the others are not to suffer
            return [row for one in pictures for row in self._computed([one], methods)]
        entries = with_figures(scored(prepared, found, setting.recipe), figures)
        return [
            replace(
                Row.of_entry(one.sha256, one.listed.name, name, methods[name], entry),
                label=one.listed.label,
            )
            for one, by_method in zip(pictures, entries, strict=True)
            for name, entry in by_method.items()
        ]

    def _open(self) -> None:
        if self._opened:
            return
        task = self._task
        open_model(self._worker, task.model, task.name, task.setting)
        self._opened = True


class _RefusedError(Exception):
    def __init__(self, row: Row) -> None:
        super().__init__(row.cause)
        self.row = row


def _refused(listed: Listed, sha256: str, cause: str) -> Row:
    return Row.refused(sha256, listed.name, cause, listed.label)


def sha256_of(path: Path) -> str:
    """Of a file's bytes. Raises `InputError`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as cause:
        raise InputError(
            f"The picture {path.name} cannot be read: {cause.strerror}.", "Check the path."
        ) from cause
