"""Files that people try and that are read by no reader: what they are, what to do."""

from __future__ import annotations

from collections.abc import Callable

from xai_core.base.errors import InputError

FLAT = "Save it as PNG or TIFF, without layers."
ARRAY = "Save the picture in it as .npy (`numpy.save`) or TIFF."
KINDS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    ("a Photoshop file (PSD)", FLAT, lambda d: d.startswith(b"8BPS")),
    ("a TGA picture", FLAT, lambda d: d[-18:-2] == b"TRUEVISION-XFILE"),
    ("a MATLAB file (MAT)", ARRAY, lambda d: d.startswith(b"MATLAB ")),
    ("an HDF5 file (also MAT 7.3)", ARRAY, lambda d: d.startswith(b"\x89HDF\r\n\x1a\n")),
    ("an OpenEXR picture", "Save it as float TIFF or .npy.", lambda d: d[:4] == b"v/1\x01"),
    ("a Radiance picture (HDR)", "Save it as float TIFF or .npy.", lambda d: d[:2] == b"#?"),
    ("a JPEG XL picture", FLAT, lambda d: d[:2] == b"\xff\n" or d[4:12] == b"JXL \r\n\x87\n"),
    ("a FITS file", ARRAY, lambda d: d.startswith(b"SIMPLE  =")),
    ("an NRRD volume", "Save it as NIfTI or .npy.", lambda d: d.startswith(b"NRRD")),
    ("a MetaImage volume", "Save it as NIfTI or .npy.", lambda d: d.startswith(b"ObjectType")),
    ("an icon (ICO)", FLAT, lambda d: d[:4] == b"\0\0\1\0"),
    ("a DDS texture", FLAT, lambda d: d.startswith(b"DDS ")),
    ("a raw photo of a camera", "Develop it to TIFF or PNG.", lambda d: d[:8] == b"FUJIFILM"),
    ("a film", "Save the frame that you mean as PNG.", lambda d: d[4:8] == b"ftyp"),
    ("a film", "Save the frame that you mean as PNG.", lambda d: d[8:12] == b"AVI "),
    ("a PDF document", "Save the page that you mean as PNG.", lambda d: d.startswith(b"%PDF")),
    ("a drawing or a page (SVG, XML, HTML)", "Save it as PNG.", lambda d: d.lstrip()[:1] == b"<"),
    (
        "an archive",
        "Unpack it, or give a zip of pictures to *Many pictures*.",
        lambda d: d.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")),
    ),
    (
        "a model file",
        "Open it on the Model page.",
        lambda d: d[4:8] == b"TFL3" or d.startswith((b"GGUF", b"\x80\x02")),
    ),
)


def unread(data: bytes, titles: str) -> InputError:
    """The error for a file that is no picture of a kind that is read.

    Args:
        titles: the kinds that are.
    """
    known = next(((what, way) for what, way, seen in KINDS if seen(data)), None)
    if known is not None:
        return InputError(f"This is {known[0]}, not a picture that is read here.", known[1])
    return InputError(
        f"This is not a picture in one of the formats {titles}.",
        "Save it as PNG, TIFF or .npy and try again.",
    )
