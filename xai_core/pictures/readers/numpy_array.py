"""NumPy arrays, `.npy`, and `.npz` with a single one. Never unpickled."""

from __future__ import annotations

import io
import zipfile
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.lib import format as npy

from xai_core.base.errors import InputError
from xai_core.pictures.part import WHOLE, Part, slice_of
from xai_core.pictures.raster import MAX_BYTES, Raster, check_size
from xai_core.pictures.readers.base import READERS, Choice, Reader

ZIP = b"PK\x03\x04"
MAX_HEADER = 10_000
HINT = "Save it with np.save(file, array) as [H, W], [H, W, C] or [C, H, W]."


@READERS.register
class NumpyArray(Reader):
    """`[H, W]`, `[H, W, C]` or `[C, H, W]`: the smaller end is taken for the channels.

    Where the model takes as many channels as the other end has, that one is.
    """

    name: ClassVar[str] = "numpy"
    title: ClassVar[str] = "NumPy (.npy)"
    order: ClassVar[int] = 10
    suffixes: ClassVar[tuple[str, ...]] = (".npy", ".npz")
    several: ClassVar[tuple[Choice, ...]] = ("slice",)

    def recognise(self, data: bytes) -> bool:
        """By `\\x93NUMPY`, or a zip whose first entry is an array."""
        return data.startswith(npy.MAGIC_PREFIX) or (
            data.startswith(ZIP) and b".npy" in data[30:300]
        )

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says."""
        array = array_of(data)
        if part.slice is not None:
            return _slice(array, part)
        while array.ndim > 3 and array.shape[0] == 1:  # a batch of one
            array = array[0]
        if array.ndim == 2:
            array = array[:, :, None]
        if array.ndim != 3:
            raise InputError(f"An array of 2 or 3 axes was expected, not {array.ndim}.", HINT)
        first = np.moveaxis(array, 0, 2)
        given, other = (first, array) if array.shape[0] < array.shape[2] else (array, first)
        height, width, channels = given.shape
        check_size(height, width, channels, given.dtype.itemsize)
        single = 1 in array.shape
        return Raster(np.ascontiguousarray(given), turned=None if single else other)


def _slice(array: np.ndarray, part: Part) -> Raster:
    axis, index = slice_of(part, array.shape or (1,))
    told = f"Slice {index} of {array.shape[axis]:,} along axis {axis} was read."
    if array.ndim != 3:
        raise InputError(f"A volume of 3 axes was expected, not {array.ndim}.", HINT)
    cut = np.take(array, index, axis)
    check_size(cut.shape[0], cut.shape[1], 1, cut.dtype.itemsize)
    return Raster(np.ascontiguousarray(cut[:, :, None]), notes=(told,))


def array_of(data: bytes) -> np.ndarray:
    """The one array of a file, of plain numbers.

    Raises:
        InputError: it holds objects, records or text, breaks off, or is too large.
    """
    return _array(_unzipped(data) if data.startswith(ZIP) else data)


def _array(data: bytes) -> np.ndarray:
    shape, fortran, dtype, start = _header(data)
    if dtype.hasobject or dtype.kind not in "biuf":
        raise InputError(
            f"The array holds {'Python objects' if dtype.hasobject else dtype.name}, no numbers.",
            "Save plain numbers; nothing is ever unpickled here.",
        )
    size = prod(shape) * dtype.itemsize
    if size > MAX_BYTES:
        raise InputError(
            f"The array takes {size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read.",
            "Save a smaller one.",
        )
    if len(data) - start < size:
        raise InputError(
            f"The array breaks off: {size:,} bytes were promised, {len(data) - start:,} came.",
            "Copy or save it again.",
        )
    flat = np.frombuffer(data, dtype, prod(shape), start)
    array = flat.reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(data: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    file = io.BytesIO(data)
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read(file, max_header_size=MAX_HEADER)
    except Exception as cause:  # it reads Python: whatever its parser raises
        raise InputError(f"The array's header cannot be read: {_line(cause)}.", HINT) from cause
    if any(type(size) is not int or size < 0 for size in shape):
        raise InputError(f"The array's header has the shape {shape!r}.", HINT)
    return shape, fortran, dtype, file.tell()


def _unzipped(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise InputError(
                    f"The archive holds {len(names)} arrays; one was expected.",
                    "Save the picture alone, with np.save.",
                )
            with archive.open(names[0]) as entry:
                found = entry.read(MAX_BYTES + MAX_HEADER)  # the declared size may be a lie
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as cause:
        raise InputError(f"The archive is broken: {_line(cause)}.", HINT) from cause
    if len(found) == MAX_BYTES + MAX_HEADER:
        raise InputError(f"The array takes more than {MAX_BYTES / 1e6:,.0f} MB.")
    return found


def _line(cause: BaseException) -> str:
    return (str(cause).splitlines() or [type(cause).__name__])[0][:200]
