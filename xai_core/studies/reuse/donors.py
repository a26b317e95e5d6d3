"""Studies of the same maps with other metrics: in a study's own folder, and beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.storage.atomic import write_text
from xai_core.base.storage.files import writing
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Description, Shards
from xai_core.studies.shards.description import NAME, read_description
from xai_core.studies.shards.earlier import NAME as OF_BEFORE
from xai_core.studies.shards.folder import ENDING

ASIDE = "earlier"  # in a study's folder: a folder for each of its sets of metrics, by their keys
DIGITS = 64  # of a key, by which the folders of a data folder are called


def set_aside(folder: Path, coming: Description) -> None:
    """Make room in a folder for the same maps with other metrics; what is there is kept aside.

    A kill in between loses nothing: the rows are in one place or the other, and both are read.

    Raises:
        XaiError: the disk is full or cannot be written.
    """
    try:
        there = read_description(folder)
    except InputError:  # no study, or a broken one, which whoever begins it says
        return
    if there.key == coming.key or not there.of_same_maps(coming):
        return
    if folder.name == there.key:  # a data folder has one for each key, and finds it by that
        return
    place = folder / ASIDE / there.key
    with writing():
        place.mkdir(parents=True, exist_ok=True)
        write_text(place / NAME, (folder / NAME).read_text(encoding="utf-8"))
        for file in list(folder.iterdir()):
            shard = file.name.endswith(ENDING) and not file.name.startswith(".")
            if shard or OF_BEFORE.fullmatch(file.name):
                file.replace(place / file.name)
    coming.tell(folder, **there.told)


def donors(folder: Path, description: Description) -> list[Shards]:
    """Other studies of a study's maps: set aside in its folder, and beside a folder that is called
    by the study's key.
    """
    places = sorted((folder / ASIDE).glob("*"))
    if folder.name == description.key:
        places += _beside(folder)
    found = []
    for place in places:
        with suppress(InputError):
            shards = Shards(place)
            if shards.description.of_same_maps(description):
                found.append(shards)
    return found


def pace_beside(folder: Path, setting: Setting) -> Pace | None:
    """That of another study of a setting's maps, beside a folder that is called by the setting's
    key; None where there is none.
    """
    mine = Description.of(setting)
    for place in _beside(folder):
        with suppress(InputError, KeyError, TypeError):
            there = read_description(place)
            pace = there.fixed["pace"]
            if there.of_same_maps(replace(mine, fixed={**mine.fixed, "pace": pace})):
                return Pace(**pace)
    return None


def _beside(folder: Path) -> list[Path]:
    found = folder.parent.glob("*")
    return sorted(one for one in found if len(one.name) == DIGITS and one != folder)
