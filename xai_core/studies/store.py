"""One model, many pictures: Complexity of every method at every quantile, kept as it comes.

Shards, written whole or not at all, lie in a folder that is named by all that the results depend
on. Who starts the same study again goes on where it stopped; another picture, method or parameter
computes only what is new. Earlier versions kept a file for each picture and method, which are read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.attribution.batches.order import Found
from xai_core.attribution.result import Attribution
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.entry import Entry, failed, measured, read_entry
from xai_core.studies.figures.measured import Figures, Truth, figures_of, with_own
from xai_core.studies.figures.truth import mask_digest
from xai_core.studies.methods import Methods as Methods
from xai_core.studies.methods import complete as complete
from xai_core.studies.records import NamedPicture, Records, named
from xai_core.studies.reuse.adoption import Adoption
from xai_core.studies.reuse.within import begun_from, lacking, without_maps
from xai_core.studies.setting import Setting as Setting
from xai_core.studies.shards import Description, Row, Shards, key_of
from xai_core.studies.shards.description import NAME as SETTING_FILE
from xai_core.studies.shards.description import read_description
from xai_core.studies.table import Table as Table
from xai_core.studies.table import table_of

PACE = "pace.txt"  # of studies of earlier versions; today's have it in their description
SHORT = 16  # digits of a picture's SHA-256 that name it where nothing else does
EVERY, MANY, FILES = 2.0, 256, 64  # seconds and entries to a shard, and shards to be merged
PAUSE = 0.2  # seconds between two looks at the folder


class Study(Records[Entry]):
    """The entries of one setting, on disk and, once read, in memory."""

    def __init__(self, setting: Setting, folder: Path | None = None) -> None:
        super().__init__(setting, folder)
        self.setting = setting
        self._lock = threading.RLock()
        self._entries: dict[bytes, Entry] = {}
        self._held: list[Row] = []
        self._files: set[str] = set()
        self._wanted: set[str] | None = set()
        self._written, self._looked = time.monotonic(), -PAUSE
        self._masks: dict[str, str | None] = {}
        self._adoption: Adoption | None = None

    def meet(self, subjects: Iterable[NamedPicture]) -> None:
        """As of `Records`."""
        met = list(subjects)
        super().meet(met)
        if self.setting.by_mask:
            self._masks |= {
                one.sha256: one.mask_sha256 or (mask_digest(one.mask) if one.mask else None)
                for one in met
            }

    @property
    def begun(self) -> bool:
        """Whether anything is kept of it, its pace included."""
        return any(self.folder.glob("[!.]*"))

    @property
    def pace(self) -> Pace:
        """How the model is run for every entry; the plain way unless `keep_to` said otherwise."""
        try:
            if (self.folder / SETTING_FILE).exists():
                return Pace(**read_description(self.folder).fixed["pace"])
            return Pace.of_text((self.folder / PACE).read_text(encoding="utf-8"))
        except (OSError, KeyError, TypeError, ValueError, InputError):
            return Pace()

    def keep_to(self, pace: Pace) -> None:
        """Run the model so for every entry; a study that has begun keeps to its own pace.

        Raises:
            InputError: a pace with autocast, whose effect on each map would not be kept.
            XaiError: the disk is full or cannot be written.
        """
        if pace.autocast:
            raise InputError("A study runs in float32, without autocast.", "Leave it out.")
        if not self.begun:
            with suppress(InputError):  # another one has begun it at this moment
                Description.of(self.setting, pace).begin(self.folder)

    def entry(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Entry | None:
        """As of `Records`."""
        key = key_of(self._key, picture, method, parameters, self._masks.get(picture))
        if key not in self._entries:
            self._look(picture)
        if key not in self._entries:
            found = read_entry(self.folder / f"{named(picture, method, parameters)}.json")
            if found is None:
                return None
            self._entries[key] = found
        return self._entries[key]

    def keep(self, picture: str, method: str, parameters: Mapping[str, Any], entry: Entry) -> None:
        """As of `Records`; held for two seconds at most while more comes."""
        name = self.names.get(picture, picture[:SHORT])
        row = replace(
            Row.of_entry(picture, name, method, parameters, entry), mask=self._masks.get(picture)
        )
        whole = row if self._adoption is None else self._adoption.completed(row)
        if whole is not None:
            self._hold(whole)

    def _hold(self, row: Row) -> None:
        with self._lock:
            self._entries[row.key(self._key)] = row.entry  # as it will be read
            self._held.append(row)
            if len(self._held) >= MANY or time.monotonic() - self._written >= EVERY:
                self.flush()

    def flush(self) -> None:
        """As of `Records`."""
        with self._lock:
            if self._held:
                shards = Shards.begin(self.folder, Description.of(self.setting, self.pace))
                path = shards.write(self._held)
                self._held = []
                self._files |= {path.name} if path else set()
                if len(self._files) > FILES:
                    shards.compact()
                    self._files.clear()
            self._written = time.monotonic()

    def look_again(self) -> None:
        """Read at once what other programs have written."""
        with self._lock:
            self._looked = -PAUSE
            self._look()

    def _look(self, picture: str | None = None) -> None:
        """Read what has come since the last look, a few times a second at most.

        Rows of others' pictures are not held; a picture that nobody named before costs one more
        reading of all, which holds every row from then on.
        """
        with self._lock:
            wanted = self._wanted
            if picture is not None and wanted is not None and picture not in wanted:
                self._want(self.names if picture in self.names else None)
            now = time.monotonic()
            if now - self._looked < PAUSE or not (self.folder / SETTING_FILE).exists():
                return
            self._looked = now
            for name, rows in Shards(self.folder).unread(self._files):
                self._files.add(name)
                for row in rows:
                    held = self._wanted is None or row.picture in self._wanted
                    if row.kind == "score" and held:
                        self._entries.setdefault(row.key(self._key), row.entry)

    def _want(self, pictures: Collection[str] | None) -> None:
        """Hold the rows of these, too; None: of all."""
        with self._lock:
            wanted = self._wanted
            if wanted is None or (pictures is not None and wanted.issuperset(pictures)):
                return
            self._wanted = None if pictures is None else wanted.union(pictures)
            self._files.clear()
            self._looked = -PAUSE

    def of_map(self, attribution: Attribution, content: tuple[int, int, int, int]) -> Entry:
        """What an attribution scores."""
        return measured(attribution, replace(self.setting.recipe, crop=content))

    def of_failure(self, target: int | None, cause: str) -> Entry:
        """Why there is no score."""
        return failed(target, cause)

    def take_over(self, subjects: Sequence[NamedPicture], methods: Methods) -> None:
        """As of `Records`."""
        self._adoption = begun_from(self.folder, self.setting, self.pace, self.names)
        if self._adoption is not None:
            self.look_again()
            given = (subjects, methods, self._masks, self.knows)
            for row in without_maps(self._adoption, *given):
                self._hold(row)

    def lacking(self, pictures: Sequence[str], methods: Methods) -> tuple[str, ...]:
        """As of `Records`."""
        return lacking(self.setting.metrics, self._adoption, pictures, methods, self._masks)

    def measured(
        self,
        explainer: ManyExplainer,
        pictures: Sequence[Prepared],
        truths: Sequence[Truth],
        found: Sequence[Found],
        metrics: Sequence[str],
        cancel: threading.Event | None = None,
    ) -> Sequence[Mapping[str, Figures]]:
        """As of `Records`."""
        how = (metrics, self.setting.recipe, cancel)
        return figures_of(explainer, pictures, truths, found, *how)

    def with_figures(self, entry: Entry, figures: Figures | None) -> Entry:
        """As of `Records`."""
        return with_own(entry, figures)

    def table(self, pictures: Sequence[str], methods: Methods) -> Table:
        """All entries of these pictures (SHA-256) and methods, in this order."""
        self._want(pictures)
        given = list(methods.items())
        shape = (len(pictures), len(given))
        return table_of(shape, lambda row, column: self.entry(pictures[row], *given[column]))
