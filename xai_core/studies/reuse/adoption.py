"""Takes rows of other studies over: whole ones at once, others when what they lack is measured."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from math import isfinite

from xai_core.studies.figures.measured import ENDED
from xai_core.studies.reuse.coverage import Coverage, map_keys, on_mask
from xai_core.studies.reuse.donors import donors
from xai_core.studies.reuse.places import Places, unlocalised
from xai_core.studies.setting import EACH, Setting
from xai_core.studies.shards import Row, Shards
from xai_core.studies.shards.keys import Keys

MANY = 4096  # rows to a shard


class Adoption:
    """What other studies of the same maps have for one. For one thread.

    Rows that have all that the study measures are written into its shards at once; where rows are
    by mask, only whoever knows the picture's mask can tell which these are.

    Args:
        known: keys of the study's rows; grows with what is taken over.
        pictures: that count (SHA-256); None takes all.

    Attributes:
        coverage: what there is of other maps.

    Raises:
        XaiError: the disk is full or cannot be written.
    """

    def __init__(
        self,
        shards: Shards,
        setting: Setting,
        known: Keys,
        pictures: Collection[str] | None = None,
    ) -> None:
        self._pictures = pictures
        self._shards, self._setting, self._known = shards, setting, known
        self._by_mask = setting.by_mask and any(map(on_mask, setting.metrics))
        self._places, self._whole = Places(), list[Row]()
        self._figures = {one: bytearray() for one in setting.metrics}
        for donor in donors(shards.folder, shards.description):
            self._look(donor)
        self._write()
        figures = {one: Keys([bytes(block)]) for one, block in self._figures.items()}
        self._figures = {}
        maps = Keys([bytes(self._places.keys)])
        self.coverage = Coverage(setting.metrics, maps, figures)

    def completed(self, row: Row) -> Row | None:
        """A row that was computed, with what was there of its map.

        None where what it relies on is gone: it is computed at the next start.
        """
        key, _ = map_keys(row.picture, row.method, row.parameters)
        failed = row.cause and not row.figures
        if row.kind != "score" or failed or key not in self.coverage.maps:
            return row
        base, found = row, dict[str, Row]()
        for other in self._places.rows(key):
            base = other if base is row else base
            found |= dict.fromkeys(self._usable(other, row.mask), other)
        found |= dict.fromkeys(row.figures, row)
        scored = isfinite(base.raw) or base.cause
        if not scored or not {*self._setting.metrics} <= {*found}:
            return None
        same = replace(base, name=row.name, label=row.label, mask=row.mask)
        return _with_figures(same, {one: found[one] for one in self._setting.metrics})

    def _look(self, donor: Shards) -> None:
        by_mask = donor.description.fixed.get("truths") == EACH
        for name, rows in donor.unread(()):
            self._places.open_file(donor.folder / name, donor.key, by_mask)
            for place, row in enumerate(rows):
                wanted = self._pictures is None or row.picture in self._pictures
                if row.kind == "score" and wanted:
                    self._take(row if by_mask else unlocalised(row), place)

    def _take(self, row: Row, place: int) -> None:
        """One row: as it is, or where it is."""
        usable = self._usable(row, row.mask)
        own = row if self._by_mask or not row.mask else replace(row, mask=None)
        whole = len(usable) == len(self._setting.metrics)
        if whole and not self._by_mask:
            self._adopt(_with_figures(own, dict.fromkeys(usable, row)))
        elif (whole or row.cause is None) and (
            self._by_mask or own.key(self._shards.key) not in self._known
        ):
            keys = map_keys(row.picture, row.method, row.parameters, row.mask)
            self._places.add(keys[0], place)
            for one in usable:
                self._figures[one] += keys[on_mask(one)]

    def _usable(self, row: Row, mask: str | None) -> list[str]:
        """The study's figures that a row has. mask: of the picture."""
        return [
            one
            for one in self._setting.metrics
            if one in (row.figures if self._by_mask and row.mask == mask else row.metrics)
            if row.reasons.get(one) != ENDED  # another metric may have ended the worker
        ]

    def _adopt(self, row: Row) -> None:
        key = row.key(self._shards.key)
        if key not in self._known:
            self._known.add(key)
            self._whole.append(row)
            if len(self._whole) >= MANY:
                self._write()

    def _write(self) -> None:
        self._shards.write(self._whole)
        self._whole = []


def _with_figures(row: Row, found: dict[str, Row]) -> Row:
    """A row with these figures, each as the row beside it has it."""
    values = {one: other.figures[one] for one, other in found.items()}
    return replace(
        row,
        metrics={one: value for one, value in values.items() if not on_mask(one)},
        localisation={one: value for one, value in values.items() if on_mask(one)},
        reasons={one: other.reasons[one] for one, other in found.items() if one in other.reasons},
    )
