"""The pictures that `rank` is given: files, demo pictures, and folders of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.pictures.archive import picture_files
from xai_core.pictures.demo import picture_file
from xai_core.worker.decoding import look_at


@dataclass(frozen=True)
class Chosen:
    """Files by the name that they are shown by; why files of a folder are left out, by name."""

    pictures: dict[str, Path]
    refused: dict[str, str]


def chosen_pictures(names: Sequence[str]) -> Chosen:
    """All of them, decoded once, so that wrong usage shows before the model loads.

    Raises:
        InputError: a file that was named is no picture, or a folder has none that can be read.
    """
    pictures: dict[str, Path] = {}
    refused: dict[str, str] = {}
    for name in names:
        if not Path(name).is_dir():
            look_at(picture_file(name))
            pictures[name] = picture_file(name)
            continue
        for file in picture_files(Path(name)):
            try:
                look_at(file)
                pictures[str(file)] = file
            except InputError as error:  # one of many stops nothing
                refused[str(file)] = str(error)
    if not pictures:
        raise InputError("There is no picture that can be read.", "Check the folder.")
    return Chosen(pictures, refused)
