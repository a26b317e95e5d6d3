"""Files and arrays as the pictures of a baseline: prepared as the explained picture is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.base.parameters import describe
from xai_core.pictures.archive import picture_files
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.demo import picture_file
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.pictures.raster import Raster

Given: TypeAlias = str | Path | np.ndarray | Sequence[str | Path]
Open = Callable[[Path, InputSpec], Raster]
PICTURE = "picture"


def baseline_pictures(
    given: Given, spec: InputSpec | None = None, open_: Open = open_picture
) -> str:
    """The text that names them, as a method's parameter `baseline_pictures` takes it.

    Args:
        given: a picture's file, a folder of pictures, or several of both; or pictures that are
            prepared already, float32 `[N, C, H, W]` or `[C, H, W]`, also as a `.npy` file of the
            model's size. spec: how files become inputs, `model.input_spec`. open_: decodes a file.

    Raises:
        InputError: there are none, a file is no picture, or `spec` is missing.
    """
    if isinstance(given, str) and backgrounds.TEXT.fullmatch(given):
        return given
    if isinstance(given, np.ndarray):
        return backgrounds.hold(given[None] if given.ndim == 3 else given)
    names = [given] if isinstance(given, str | Path) else given
    if not isinstance(names, list | tuple) or not all(isinstance(n, str | Path) for n in names):
        raise InputError(
            f"The pictures of a baseline are files or an array, not {type(given).__name__}.",
            "Give a file, a folder, a list of them, or prepared pictures, [N, C, H, W].",
        )
    if spec is None:
        raise InputError(
            "Files become a baseline by the preprocessing of the model, which is not known here.",
            "Give prepared pictures as an array, [N, C, H, W].",
        )
    found: list[Inputs] = []
    count = size = 0
    for file in _files(names):
        found.append(_prepared(file, spec, open_))
        count, size = count + len(found[-1]), size + found[-1].nbytes
        backgrounds.check_room(count, size)
    if not found:
        raise InputError("There is no picture for the baseline.", "Give a file, or a folder.")
    return backgrounds.hold(np.concatenate(found))


def takes_pictures(parameters: type) -> bool:
    """Whether a method has such a parameter."""
    return any(info.holds == backgrounds.HOLDS for info in describe(parameters))


def completed(
    parameters: type, given: Mapping[str, Any], spec: InputSpec | None = None
) -> dict[str, Any]:
    """What a caller gave to a method, with its pictures as their text, and as what it starts from
    or covers with, where nothing else is said. Raises `InputError`.
    """
    found = dict(given)
    if not takes_pictures(parameters):
        return found
    if found.get(backgrounds.PARAMETER, "") is None:
        del found[backgrounds.PARAMETER]
    if _is_empty(found.get(backgrounds.PARAMETER, "")):
        return found
    found[backgrounds.PARAMETER] = baseline_pictures(found[backgrounds.PARAMETER], spec)
    for info in describe(parameters):
        if PICTURE in info.choices:
            found.setdefault(info.name, PICTURE)
    return found


def _is_empty(given: Any) -> bool:
    return isinstance(given, str) and not given


def _files(names: Sequence[str | Path]) -> Iterator[Path]:
    for name in names:
        if Path(name).is_dir():
            yield from picture_files(Path(name))
        else:
            yield picture_file(name)


def _prepared(file: Path, spec: InputSpec, open_: Open) -> Inputs:
    if file.suffix == ".npy" and (ready := _as_they_are(file, spec)) is not None:
        return ready
    return prepare(open_(file, spec), spec).inputs


def _as_they_are(file: Path, spec: InputSpec) -> Inputs | None:
    try:
        values = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    fits = values.ndim == 4 and values.shape[1:] == tuple(spec.shape) and values.dtype == np.float32
    return np.asarray(values) if fits else None
