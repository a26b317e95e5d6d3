"""A table that lists pictures: CSV, TSV or Parquet with `path`, and `name`, `label`, `mask` if any.

A relative path begins at the manifest. It may name any file that its reader may read: a server
takes no manifest from a stranger.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, first_line
from xai_core.studies.places.cut import fetched
from xai_core.studies.places.location import Location
from xai_core.studies.places.members import readable
from xai_core.studies.places.url import without_credentials
from xai_core.studies.sources.base import SOURCES, Kind, Listed, Source

TABLES = {".csv": ",", ".tsv": "\t"}
PARQUET, BATCH = ".parquet", 4096
COLUMNS = ("path", "name", "label", "mask")


class ManifestSource(Source):
    """In the order of its rows; a file that is not there is refused when it is asked for."""

    def pictures(self) -> Iterator[Listed]:
        """As of `Source`."""
        for number, row in enumerate(self._rows(), 1):
            path = (row.get("path") or "").strip()
            name = readable(without_credentials(row.get("name") or path or f"row {number}"))
            label = row.get("label") or None
            mask = (row.get("mask") or "").strip() or None
            cause = None if path else f"Row {number} of the manifest has no path."
            yield Listed(name, path, label and readable(label), mask, cause)

    def local(self, listed: Listed, folder: Path) -> Path:
        """As of `Source`."""
        return fetched(self.location.beside(listed.place), folder)

    def _rows(self) -> Iterator[Mapping[str, str | None]]:
        return self._parquet() if _is_parquet(self.location) else self._text()

    def _text(self) -> Iterator[Mapping[str, str | None]]:
        comma = next((sign for end, sign in TABLES.items() if self.location.ends_in(end)), ",")
        with self.location.open() as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            try:
                reader = csv.DictReader(text, delimiter=comma, restkey="", strict=True)
                self._check(reader.fieldnames or ())
                yield from reader
            except (csv.Error, UnicodeError) as cause:
                raise InputError(
                    f"The manifest {self.where} is broken after line {reader.line_num}: {cause}.",
                    "Save it as UTF-8, with quotes around a path that has a comma.",
                ) from cause
            finally:
                text.detach()

    def _parquet(self) -> Iterator[Mapping[str, str | None]]:
        import pyarrow.parquet as pq

        try:
            with self.location.open() as file:
                table = pq.ParquetFile(file)
                self._check(table.schema_arrow.names)
                columns = [one for one in COLUMNS if one in table.schema_arrow.names]
                for batch in table.iter_batches(BATCH, columns=columns):
                    for row in batch.to_pylist():
                        yield {key: _text_of(value) for key, value in row.items()}
        except (ValueError, NotImplementedError) as cause:  # Arrow's errors are such, too
            raise InputError(
                f"The manifest {self.where} is broken: {first_line(cause)}.", "Write it again."
            ) from cause

    def _check(self, columns: Any) -> None:
        found = [str(one) for one in columns]
        if "path" not in found:
            listed = ", ".join(map(repr, found[:20])) or "none"
            raise InputError(
                f"The manifest {self.where} needs a column 'path'; its columns are: {listed}.",
                "Name the column of paths so; 'name', 'label' and 'mask' may stand beside it.",
            )


def _text_of(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return None if value is None else str(value)


def _is_parquet(location: Location) -> bool:
    return location.ends_in(PARQUET) or location.begins_with(b"PAR1")


@SOURCES.register
class Manifest(Kind):
    """What is called so."""

    name, title, order = "manifest", "a manifest in CSV or Parquet", 40

    def recognise(self, location: Location) -> bool:
        """As of `Kind`."""
        return location.ends_in(*TABLES) or _is_parquet(location)

    def open(self, location: Location) -> Source:
        """As of `Kind`."""
        return ManifestSource(location)
