"""Which files belong together: `a.jpg` is a picture, `a.mask.png` beside it its truth."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xai_core.pictures.archive import SUFFIXES, is_picture, looked_at

MASKS = (".mask", ".seg")
KEY = re.compile(r"((?:.*/|)[^./]+)\.[^/]*", re.DOTALL)


def pictures_among(names: Iterable[str]) -> list[tuple[str, str | None]]:
    """The pictures of an archive or folder, in the order given, each with its mask's name.

    What is called as a mask, and has no picture beside it, is a picture.
    """
    found = [(name, stem(name)) for name in names if is_picture(name) and looked_at(name)]
    stems = {one for _, one in found}
    beside = [
        (one.removesuffix(mark), name)
        for name, one in found
        for mark in MASKS
        if one.endswith(mark) and one.removesuffix(mark) in stems
    ]
    masks, taken = dict(beside), {name for _, name in beside}  # of two masks the later counts
    return [(name, masks.get(one)) for name, one in found if name not in taken]


def stem(name: str) -> str:
    """The name of a picture without its ending."""
    ends = max((one for one in SUFFIXES if name.lower().endswith(one)), key=len, default="")
    return name[: len(name) - len(ends)]


def key_of(name: str) -> str:
    """What WebDataset calls the key of a sample: the path up to the first dot of the last part."""
    found = KEY.fullmatch(name)
    return found[1] if found else name


def ending_of(name: str) -> str:
    """What is behind the key, in small letters."""
    return name[len(key_of(name)) :].lower()
