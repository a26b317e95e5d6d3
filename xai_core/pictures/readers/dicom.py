"""DICOM: the pixels, their scale and their window, by pydicom. Nothing that speaks of people."""

from __future__ import annotations

import io
from typing import Any, ClassVar

import numpy as np

from xai_core.base.errors import InputError
from xai_core.pictures.packages import library
from xai_core.pictures.part import WHOLE, Part, frame_of
from xai_core.pictures.raster import Raster, check_size
from xai_core.pictures.readers.base import READERS, Choice, Reader

MARK, MARK_AT = b"DICM", 128
BARE = (b"\x08\0\0\0", b"\x08\0\x05\0", b"\x08\0\x08\0")
TAGS = (
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("SamplesPerPixel", "PlanarConfiguration", "PhotometricInterpretation", "NumberOfFrames"),
    *("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "VOILUTFunction"),
    *("PixelData", "FloatPixelData", "DoubleFloatPixelData", "ExtendedOffsetTable"),
    *("ExtendedOffsetTableLengths", "SharedFunctionalGroupsSequence"),
    *("RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData"),
    *("GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData"),
    *("BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData"),
)
"""All that is ever parsed of a file."""
DECOMPRESS = "Decompress it first, for example by `gdcmconv --raw IN OUT`, or save it as PNG."
LARGEST = 2**31


@READERS.register
class Dicom(Reader):
    """Rescaled; its window, else what its bits hold, becomes 0 to 1; MONOCHROME1 is turned."""

    name: ClassVar[str] = "dicom"
    title: ClassVar[str] = "DICOM"
    order: ClassVar[int] = 15
    suffixes: ClassVar[tuple[str, ...]] = (".dcm", ".dicom", ".ima")
    several: ClassVar[tuple[Choice, ...]] = ("frame",)

    def recognise(self, data: bytes) -> bool:
        """By its mark, or its first tag. Before TIFF, as which its free beginning may look."""
        return data[MARK_AT : MARK_AT + 4] == MARK or data[:4] in BARE

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says. What a library says of a broken file is not passed on."""
        try:
            return _read(data, part)
        except (InputError, MemoryError):
            raise
        except Exception as cause:  # its words may quote the file
            raise InputError(
                f"The DICOM file is broken, or of a kind that is not read: {type(cause).__name__}.",
                "Export it again, or save its picture as PNG or TIFF.",
            ) from None


def _read(data: bytes, part: Part) -> Raster:
    pydicom = library("pydicom", "DICOM")
    bare = data[MARK_AT : MARK_AT + 4] != MARK
    told = pydicom.dcmread(io.BytesIO(data), specific_tags=list(TAGS), force=bare)
    held = [
        name for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if name in told
    ]
    if not held:
        raise InputError("The DICOM file holds no picture.", "Give one that does.")
    count = int(told.get("NumberOfFrames") or 1)
    samples = int(told.get("SamplesPerPixel") or 1)
    check_size(int(told.Rows), int(told.Columns), samples, int(told.BitsAllocated) // 8 or 1)
    frame, notes = frame_of(part, count)
    values = _pixels(told, frame)
    values = values[:, :, None] if values.ndim == 2 else values
    if samples > 1 or values.shape[2] > 1:
        return Raster(np.ascontiguousarray(values), notes=notes)
    raster = _scaled(values, told)
    return raster.with_notes(*notes)


def _pixels(told: Any, frame: int) -> np.ndarray:
    """`[rows, columns]` or with colours, of one frame."""
    pixels = library("pydicom.pixels", "DICOM")
    if "file_meta" not in dir(told) or "TransferSyntaxUID" not in told.file_meta:
        raise InputError("The DICOM file does not say how its pixels are written.", DECOMPRESS)
    try:
        found = pixels.pixel_array(told, index=frame)
    except (RuntimeError, NotImplementedError, AttributeError) as cause:
        kind = told.file_meta.TransferSyntaxUID
        if isinstance(cause, AttributeError) or not kind.is_compressed:
            raise
        raise InputError(
            f"Its pixels are compressed as {kind.name}, which is not decoded here.", DECOMPRESS
        ) from None
    if told.PhotometricInterpretation == "PALETTE COLOR":
        found = pixels.apply_color_lut(found, told)
    return np.asarray(found)


def _scaled(values: np.ndarray, told: Any) -> Raster:
    """Rescaled, and bright where much is."""
    slope, intercept, window = _said(told)
    bits, signed = int(told.get("BitsStored") or 16), bool(told.get("PixelRepresentation"))
    ends = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if values.dtype.kind == "f":
        ends = (float(values.min()), float(values.max()))
    low, high = sorted(slope * end + intercept for end in ends)
    scaled = _rescaled(values, slope, intercept)
    span = window or (float(low), float(high))
    notes = [] if (slope, intercept) == (1, 0) else [f"Rescaled: × {slope:g} {intercept:+g}."]
    if told.PhotometricInterpretation == "MONOCHROME1":
        scaled = (low + high - scaled).astype(scaled.dtype)
        span = (low + high - span[1], low + high - span[0])
        notes.append("Turned (MONOCHROME1): high values are bright.")
    taken = "its window" if window else "all that its bits hold"
    notes.append(f"DICOM: by default {taken}, {span[0]:g} to {span[1]:g}, becomes 0 to 1.")
    return Raster(np.ascontiguousarray(scaled), notes=tuple(notes), span=span)


def _said(told: Any) -> tuple[float, float, tuple[float, float] | None]:
    """Slope, intercept and the ends of the window; also where frames share them."""
    groups = told.get("SharedFunctionalGroupsSequence") or [{}]
    values = (groups[0].get("PixelValueTransformationSequence") or [told])[0]
    voi = (groups[0].get("FrameVOILUTSequence") or [told])[0]
    slope = float(values.get("RescaleSlope", 1) or 1)
    intercept = float(values.get("RescaleIntercept", 0) or 0)
    if not np.isfinite((slope, intercept)).all() or max(abs(slope), abs(intercept)) > LARGEST:
        raise ValueError
    return slope, intercept, _window(voi)


def _window(voi: Any) -> tuple[float, float] | None:
    centre, width = (_first(voi.get(name)) for name in ("WindowCenter", "WindowWidth"))
    exact = str(voi.get("VOILUTFunction") or "LINEAR") != "LINEAR"
    if centre is None or width is None or not (width > 0 if exact else width > 1):
        return None
    if exact:
        return centre - width / 2, centre + width / 2
    return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2


def _first(value: Any) -> float | None:
    """Of one or several windows the first."""
    if value is None or value == "":
        return None
    several = not isinstance(value, int | float | str)
    found = float(value[0] if several else value)
    return found if np.isfinite(found) else None


def _rescaled(values: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    if (slope, intercept) == (1.0, 0.0):
        as_it_is = values.dtype.kind == "f" or values.dtype.itemsize > 2
        return values if as_it_is else values.astype(np.int32)
    if values.dtype.kind in "iu" and slope.is_integer() and intercept.is_integer():
        wide = values.astype(np.int64) * int(slope) + int(intercept)
        if abs(wide).max(initial=0) < LARGEST:
            return wide.astype(np.int32)
    return (values.astype(np.float64) * slope + intercept).astype(np.float32)
