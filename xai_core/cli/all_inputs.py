"""`explain --all-inputs`: a map for each input that was given a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from xai_core.attribution import emptiness, remarks
from xai_core.attribution.inputs.result import InputMap
from xai_core.base.arrays import Values
from xai_core.base.errors import InputError
from xai_core.cli.console import say, tell
from xai_core.report.code import file_name
from xai_core.report.inputs import png
from xai_core.worker import ModelCard


def check_inputs(card: ModelCard) -> None:
    """Raises `InputError` where there is no further input with a picture."""
    if len(card.pictures) > 1:
        return
    raise InputError(
        "No further input of this model has a picture: there is one map, of IMAGE.",
        "Give a picture to each (`--input depth=depth.png`), or leave --all-inputs out. Inputs of "
        "ONNX and Keras files become constants of their graph and are not explained.",
    )


def check_out(out: Path) -> None:
    """Raises `InputError` where no file can be, before the work and not behind it."""
    if out.is_dir():
        raise InputError(f"{out} cannot be written: it is a folder.", "Name a file in --out.")
    if not out.parent.is_dir():
        wrong = f"{out} cannot be written: there is no folder {out.parent}."
        raise InputError(wrong, "Make it, or choose another --out.")


def write(out: Path, maps: Sequence[InputMap], told: str) -> bool:
    """One `.npy` for each input and a picture of all; their paths go to standard output.

    Returns: whether some map shows something.
    """
    for name, file in files_of(out, [one.name for one in maps]).items():
        found = next(one for one in maps if one.name == name)
        save(file, found.attribution.values)
        say(file)
    picture = out.with_suffix(".png")
    _write(picture, png(maps, told))
    say(picture)
    shapes = (f"{one.name} {'×'.join(map(str, one.attribution.values.shape))}" for one in maps)
    tell(f"{told}: {', '.join(shapes)}")
    said = {one.name: remarks.told(one.attribution) for one in maps}
    if len(set(said.values())) == 1:
        said = {"": next(iter(said.values()))}
    tell(*(f"{name}: {what}" if name else what for name, what in said.items() if what))
    return not all(emptiness.told(one.attribution) for one in maps)


def files_of(out: Path, names: Sequence[str]) -> Mapping[str, Path]:
    """`map.npy` becomes `map-depth.npy`, for each input another file."""
    found: dict[str, Path] = {}
    for name in names:
        stem = f"{out.stem}-{file_name(name)}"
        while (file := out.with_name(f"{stem}.npy")) in found.values():
            stem += "-"
        found[name] = file
    return found


def save(file: Path, values: Values) -> None:
    """The values as float32. Raises `InputError` where it cannot be written."""
    try:
        with file.open("wb") as stream:  # numpy.save would add .npy to another name
            np.save(stream, values.astype(np.float32, copy=False), allow_pickle=False)
    except OSError as cause:
        raise unwritable(file, cause) from cause


def unwritable(file: Path, cause: OSError) -> InputError:
    """What is told of it."""
    return InputError(f"{file} cannot be written: {cause.strerror}.", "Choose another --out.")


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as cause:
        raise unwritable(file, cause) from cause
