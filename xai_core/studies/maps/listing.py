"""`maps.csv`: which file of the kept maps is whose."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xai_core.base.storage.files import write_whole

NAME = "maps.csv"
COLUMNS = ["file", "picture", "sha256", "method", "parameters"]
EVERY = 1000  # new lines, and half as many as there are: all of it is written anew each time


class MapsList:
    """The list of a folder, for the time of a block: written now and then, and at its end.

    Raises (all calls):
        XaiError: the disk is full or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._fresh = folder / NAME, 0
        self._lines = _read(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write()

    def add(
        self, file: str, picture: str, sha256: str, method: str, parameters: Mapping[str, Any]
    ) -> None:
        """One more file, or another name of its picture."""
        line = [file, picture, sha256, method, json.dumps(parameters, sort_keys=True)]
        if self._lines.get(file) == line:
            return
        self._lines[file] = line
        self._fresh += 1
        if self._fresh >= max(EVERY, len(self._lines) // 2):
            self._write()

    def _write(self) -> None:
        if self._fresh:
            text = io.StringIO()
            csv.writer(text).writerows([COLUMNS, *self._lines.values()])
            write_whole(self._path, text.getvalue().encode(errors="replace"))
            self._fresh = 0


def _read(path: Path) -> dict[str, list[str]]:
    """Lines by their files; none of a list that is not there, or broken: then it is begun anew."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == len(COLUMNS)]
    except (OSError, ValueError, csv.Error):
        return {}
    return {row[0]: row for row in rows[1:]}
