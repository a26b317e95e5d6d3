"""NIfTI: one slice of a volume, by nibabel."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import suppress
from typing import Any, ClassVar

import numpy as np

from xai_core.base.errors import InputError
from xai_core.pictures.packages import library
from xai_core.pictures.part import WHOLE, Part, frame_of, slice_of
from xai_core.pictures.raster import Raster, check_size
from xai_core.pictures.readers.base import READERS, Choice, Reader

GZIP = b"\x1f\x8b"
HEAD = 348
MAX_VOLUME = 800_000_000  # bytes, unpacked
BLOCK = 2**20


@READERS.register
class Nifti(Reader):
    """`.nii` and `.nii.gz`, as `[rows, columns]` in the order of the array; scaled as it says."""

    name: ClassVar[str] = "nifti"
    title: ClassVar[str] = "NIfTI"
    order: ClassVar[int] = 35
    suffixes: ClassVar[tuple[str, ...]] = (".nii", ".nii.gz")
    several: ClassVar[tuple[Choice, ...]] = ("slice", "frame")

    def recognise(self, data: bytes) -> bool:
        """By the mark in its head, also inside gzip."""
        return _version(_unpacked(data, HEAD) if data.startswith(GZIP) else data[:HEAD]) != 0

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says; the middle slice of the last axis where none is named."""
        nibabel = library("nibabel", "NIfTI")
        plain = data
        if data.startswith(GZIP):
            plain = _unpacked(data, MAX_VOLUME + 1)
            if len(plain) > MAX_VOLUME:
                raise InputError(
                    f"The volume has more than {MAX_VOLUME // 10**6} MB.", "Save a part of it."
                )
        kind = nibabel.Nifti1Image if _version(plain[:HEAD]) == 1 else nibabel.Nifti2Image
        image = kind.from_bytes(plain)
        shape = tuple(int(size) for size in image.shape)
        if not 2 <= len(shape) <= 4 or min(shape) < 1 or image.get_data_dtype().kind not in "iuf":
            raise InputError(
                f"A volume of plain numbers was expected, not {image.get_data_dtype().name} of "
                f"{' × '.join(map(str, shape))}.",
                "Save it as [X, Y, Z].",
            )
        return _cut(image, shape, part)


def _cut(image: Any, shape: tuple[int, ...], part: Part) -> Raster:
    axis, index = slice_of(part, shape[:3]) if len(shape) > 2 else (2, 0)
    frame, notes = frame_of(part, shape[3] if len(shape) == 4 else 1)
    places: list[Any] = [slice(None)] * min(len(shape), 3)
    if len(shape) > 2:
        height, width = [size for at, size in enumerate(shape[:3]) if at != axis]
        check_size(height, width, 1, image.get_data_dtype().itemsize)
        places[axis] = index
        named = "" if part.slice else ", the middle, because none was named (`--slice`)"
        told = f"Slice {index} of {shape[axis]:,} along axis {axis} was read{named}."
        notes = (told, *(notes if shape[3:] not in ((), (1,)) else ()))
    else:
        check_size(shape[0], shape[1], 1, image.get_data_dtype().itemsize)
        notes = ()
    values = np.asarray(image.dataobj[(*places, *([frame] if len(shape) == 4 else []))])
    if values.dtype == np.float64:
        values = values.astype(np.float32)
    low, high = (float(image.header[name]) for name in ("cal_min", "cal_max"))
    span = (low, high) if low < high < float("inf") else None
    native = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="))[:, :, None])
    return Raster(native, notes=notes, span=span)


def _version(head: bytes) -> int:
    if head[344:348] == b"n+1\0":
        return 1
    return 2 if head[4:8] == b"n+2\0" else 0


def _unpacked(data: bytes, most: int) -> bytes:
    """So many bytes at the beginning, of all members (bgzip makes many); fewer where it breaks."""
    found = io.BytesIO()
    with suppress(OSError, EOFError, zlib.error), gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while part := file.read1(min(most - found.tell(), BLOCK)):
            found.write(part)
    return found.getvalue()
