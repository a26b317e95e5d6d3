"""What a picture's maps should show, out of the file of its mask."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, open_picture
from xai_core.pictures.region import of_picture
from xai_core.studies.figures.measured import Truth


def truth_in(mask: Path, picture: Path, spec: InputSpec) -> Truth:
    """A mask in the size of the input, read in this process; why, where it is none that fits."""
    try:
        return of_picture(open_picture(mask), open_picture(picture, spec).size, spec)
    except InputError as error:
        return unusable(error)


def unusable(error: InputError) -> str:
    """Why a mask is not compared with, for a person."""
    return f"Its mask cannot be used. {error}"


def mask_digest(mask: Path) -> str | None:
    """SHA-256 of a mask's bytes; None where it is not there: then nothing is compared with it."""
    try:
        with mask.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
