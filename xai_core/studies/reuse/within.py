"""What a study that is computed in this process takes over of others beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.base.pace import Pace
from xai_core.studies.figures.measured import NO_MASK
from xai_core.studies.methods import Methods
from xai_core.studies.records import NamedPicture
from xai_core.studies.reuse.adoption import Adoption
from xai_core.studies.reuse.coverage import needs_no_map
from xai_core.studies.reuse.donors import donors
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Description, Row, Shards

Masks = Mapping[str, str | None]
"""SHA-256 of the masks by that of the pictures, where rows are by mask."""


def begun_from(
    folder: Path, setting: Setting, pace: Pace, pictures: Collection[str]
) -> Adoption | None:
    """What others have of these pictures (SHA-256); None where there is no other.

    Raises:
        XaiError: the disk is full or cannot be written.
    """
    description = Description.of(setting, pace)
    if not donors(folder, description):
        return None
    shards = Shards.begin(folder, description)
    return Adoption(shards, setting, shards.known(), pictures)


def without_maps(
    adoption: Adoption,
    subjects: Sequence[NamedPicture],
    methods: Methods,
    masks: Masks,
    knows: Callable[[str, str, Mapping[str, Any]], bool],
) -> Iterator[Row]:
    """The rows that lack nothing that is measured of a map. knows: those that there are."""
    for one in subjects:
        for name, given in methods.items():
            mask = masks.get(one.sha256)
            found = adoption.coverage.lacking(one.sha256, name, given, mask)
            if found is None or knows(one.sha256, name, given):
                continue
            if needs_no_map(found, one.mask):
                why = dict.fromkeys(found, NO_MASK)
                row = Row.without_map(one.sha256, one.name, name, given, why)
                whole = adoption.completed(replace(row, mask=mask))
                if whole is not None:
                    yield whole


def lacking(
    metrics: tuple[str, ...],
    adoption: Adoption | None,
    pictures: Sequence[str],
    methods: Methods,
    masks: Masks,
) -> tuple[str, ...]:
    """Those of a study's metrics that one of these maps lacks."""
    if adoption is None:
        return metrics
    found = set[str]()
    for picture in pictures:
        for name, given in methods.items():
            one = adoption.coverage.lacking(picture, name, given, masks.get(picture))
            found.update(metrics if one is None else one)
    return tuple(one for one in metrics if one in found)
