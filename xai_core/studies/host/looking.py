"""What a worker does with a picture before the model sees it: is it known, can it be read?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import Prepared
from xai_core.studies.figures.measured import Truth
from xai_core.studies.host.lacking import Lacks
from xai_core.studies.host.task import Task
from xai_core.studies.host.truth import Truths
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.shards import Row
from xai_core.studies.shards.keys import Keys
from xai_core.studies.shards.row import refusal_key
from xai_core.studies.sources import Listed
from xai_core.worker.decoding import Decoder


@dataclass(frozen=True)
class Ready:
    """A picture that is to be explained.

    Attributes:
        missing: methods that it lacks, and metrics: what is to be measured of their maps.
        mask: SHA-256 of its mask, as `Row` has it. mapped: its maps are kept.
        rows: of methods whose maps need not be made.
    """

    listed: Listed
    sha256: str
    prepared: Prepared
    missing: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: Truth = None
    mask: str | None = None
    mapped: bool = False

    def row(self, row: Row) -> Row:
        """Its row, with what only the source says."""
        return replace(row, label=self.listed.label, mask=self.mask)

    def refused(self, cause: str) -> Row:
        """The row that says why it has none."""
        return refused(self.listed, self.sha256, cause)


@dataclass(frozen=True)
class Known:
    """A picture of which all is known; refused: nothing but why. rows: as of `Ready`."""

    listed: Listed
    sha256: str
    refused: bool = False
    rows: tuple[Row, ...] = ()


class RefusedError(Exception):
    """A picture that cannot be read, as its row."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.cause)
        self.row = row


class Looker:
    """Looks at the pictures of a task.

    Args:
        known: keys of the rows that there are. maps: where maps are kept.
    """

    def __init__(self, task: Task, known: Keys, decoder: Decoder, maps: StudyMaps | None) -> None:
        self._task, self._known, self._key = task, known, task.setting.key
        self._decoder, self._truths = decoder, Truths(decoder, task)
        self._lacks = Lacks(task, known, maps)

    def look(self, listed: Listed, folder: Path, mapped: bool) -> Ready | Known:
        """One picture. folder: for copies. mapped: its maps are wanted, too.

        Raises:
            RefusedError: it cannot be read.
        """
        sha256 = ""
        try:
            if listed.cause is not None:
                raise InputError(listed.cause)
            path = self._task.source.local(listed, folder)
            sha256 = sha256_of(path)
            if refusal_key(self._key, sha256) in self._known:
                return Known(listed, sha256, refused=True)
            mask = self._truths.file(listed, folder)
            found = self._lacks.of(listed, sha256, mask, mapped)
            if not found.missing:
                return Known(listed, sha256, rows=found.rows)
            prepared = self._decoder.prepared(path, self._task.setting.spec)
            truth = self._truths.of(mask, path)
        except InputError as error:
            raise RefusedError(refused(listed, sha256, str(error))) from error
        lacks = (found.missing, found.metrics, found.rows)
        return Ready(listed, sha256, prepared, *lacks, truth, mask.sha256, mapped)


def refused(listed: Listed, sha256: str, cause: str) -> Row:
    """The row of a picture that cannot be read."""
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
