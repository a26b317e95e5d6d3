"""One worker of a study: pictures by name in, rows out; the model and the decoder are caged."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import WorkerError, XaiError
from xai_core.studies.chunk import Found, chunk_size, explained, scored
from xai_core.studies.figures.measured import with_figures
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.looking import Known, Looker, Ready, RefusedError
from xai_core.studies.host.processes import Processes, open_model
from xai_core.studies.host.task import Task
from xai_core.studies.host.temporary import clear, temporary
from xai_core.studies.host.truth import measured, unmeasured
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.shards import Row
from xai_core.studies.shards.keys import Keys
from xai_core.worker.process.budget import Budget
from xai_core.worker.wire.codec import error_to

PREFIX = "pedestal-chunk-"  # of no other folder: one without a lock is deleted
UNSERVED = ("closed", "protection-off")  # another try would end the same way


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
        self._task = task
        clear(PREFIX)
        both = begun or Processes.start(share, task.time_limit)
        self._worker, self._decoder = both.worker, both.decoder
        folder = task.folder
        self._maps = None if folder is None else StudyMaps(task.setting, folder, task.pace)
        self._looker = Looker(task, known, self._decoder, self._maps)
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
        groups: dict[tuple[tuple[str, ...], ...], list[Ready]] = defaultdict(list)
        known: list[Known] = []
        for listed in chunk.pictures:
            try:
                found = self._looker.look(listed, folder, listed.name in chunk.maps)
            except RefusedError as refused:
                rows.append(refused.row)
                continue
            if isinstance(found, Known):
                known.append(found)
            else:
                groups[found.missing, found.metrics].append(found)
            rows += found.rows
        for (names, _), pictures in groups.items():
            methods = {name: self._task.methods[name] for name in names}
            rows += self._computed(pictures, methods, chunk.unmeasured)
        refusals = {row.name for row in rows if row.kind != "score"}
        looked: list[Known | Ready] = [*known, *(one for many in groups.values() for one in many)]
        gone = [one for one in known if one.refused]
        mapped = tuple(
            (one.listed.name, one.sha256)
            for one in looked
            if one.listed.name in chunk.maps - refusals and one not in gone
        )
        return Outcome(chunk, tuple(rows), len(known), len(gone), mapped=mapped)

    def _computed(
        self, pictures: Sequence[Ready], methods: Mapping[str, Mapping[str, Any]], plain: bool
    ) -> list[Row]:
        """Of pictures that lack the same; plain: without the study's metrics."""
        most = chunk_size(methods, pictures[0].prepared.inputs.shape[1:])
        if len(pictures) > most:
            parts = [pictures[at : at + most] for at in range(0, len(pictures), most)]
            return [row for part in parts for row in self._computed(part, methods, plain)]
        setting, prepared = self._task.setting, [one.prepared for one in pictures]
        how: dict[str, Any] = {"seed": setting.seed, "target": setting.target}
        metrics = pictures[0].metrics
        with self._turn:
            self._open()
            try:
                found = explained(self._worker, prepared, methods, **how, pace=self._task.pace)
                truths = [one.truth for one in pictures]
                figures = (
                    unmeasured(found, metrics)
                    if plain
                    else measured(self._worker, prepared, truths, found, metrics, setting.recipe)
                )
            except WorkerError:
                raise
            except XaiError as error:
                if len(pictures) == 1:
                    return [pictures[0].refused(str(error))]
                found = None
        if found is None:  # one of them does not fit: the others are not to suffer
            return [row for one in pictures for row in self._computed([one], methods, plain)]
        self._keep_maps(pictures, found, methods)
        entries = with_figures(scored(prepared, found, setting.recipe), figures)
        return [
            one.row(Row.of_entry(one.sha256, one.listed.name, name, methods[name], entry))
            for one, by_method in zip(pictures, entries, strict=True)
            for name, entry in by_method.items()
        ]

    def _keep_maps(
        self,
        pictures: Sequence[Ready],
        found: Sequence[Found],
        methods: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Those that are wanted, before their rows are told."""
        if self._maps is None:
            return
        for one, maps in zip(pictures, found, strict=True):
            if one.mapped:
                (by_method,) = self._maps.of_chunk([one.prepared], [maps], [{}])
                for name, given in methods.items():
                    self._maps.keep(one.sha256, name, given, by_method[name])

    def _open(self) -> None:
        if self._opened:
            return
        task = self._task
        open_model(self._worker, task.model, task.name, task.setting)
        self._opened = True
