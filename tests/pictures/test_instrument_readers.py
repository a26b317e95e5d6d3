"""What instruments and teams write: PGM, GIF, AVIF, JPEG 2000, HEIC, DICOM, NIfTI, by value."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import nibabel
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.pictures import packages
from xai_core.pictures.archive import is_picture
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.pictures.readers.base import READERS, titles
from xai_core.pictures.unread import KINDS

NAME = "Doe^Jane^Secret"
GREY = InputSpec(1, 4, 5, "squash", mean=(0.0,), std=(1.0,))


def dicom(values: np.ndarray, frames: int = 1, **said: Any) -> bytes:
    """An uncompressed file of grey frames, with a name in it."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    told = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    told.PatientName, told.PatientID = NAME, NAME
    told.Rows, told.Columns = values.shape[-2:]
    told.SamplesPerPixel, told.PhotometricInterpretation = 1, "MONOCHROME2"
    told.BitsAllocated = told.BitsStored = 16
    told.HighBit, told.PixelRepresentation = 15, int(values.dtype.kind == "i")
    if frames > 1:
        told.NumberOfFrames = frames
    told.PixelData = values.tobytes()
    for key, value in said.items():
        setattr(told, key, value)
    buffer = io.BytesIO()
    told.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


RAMP = (np.arange(20, dtype=np.uint16) * 100).reshape(4, 5)


def test_a_dicom_is_rescaled_and_seen_through_its_window() -> None:
    window = {"WindowCenter": 0.5, "WindowWidth": 201}
    data = dicom(RAMP, RescaleSlope=1, RescaleIntercept=-1000, **window)
    found = open_picture(data)
    assert np.array_equal(found.values[:, :, 0], RAMP.astype(int) - 1000)
    assert found.span == (-100.0, 100.0)
    seen = prepare(found, GREY)
    assert (seen.inputs[0, 0] == np.clip((RAMP - 1000.0 + 100) / 200, 0, 1).astype("f4")).all()
    assert seen.scale is not None
    assert "-100 becomes 0 and 100 becomes 1" in seen.scale.told
    assert any("its window" in note for note in seen.notes)
    whole = prepare(found, InputSpec.from_dict({**GREY.to_dict(), "range": "data"}))
    assert whole.inputs.min() == 0
    assert whole.inputs.max() == 1


def test_monochrome_1_is_turned_with_its_window() -> None:
    said = {"BitsStored": 12, "HighBit": 11, "PhotometricInterpretation": "MONOCHROME1"}
    found = open_picture(dicom(RAMP, WindowCenter=[300.5], WindowWidth=[201], **said))
    assert np.array_equal(found.values[:, :, 0], 4095 - RAMP.astype(int))
    assert found.span == (4095 - 400, 4095 - 200)


def test_a_frame_is_chosen_and_the_spec_keeps_it() -> None:
    data = dicom(np.stack([RAMP, RAMP + 1, RAMP + 2]), 3)
    first = open_picture(data)
    assert first.values[0, 0, 0] == 0
    assert "3 frames" in " ".join(first.notes)
    spec = InputSpec.from_dict(InputSpec(frame=2).to_dict())
    assert open_picture(data, spec).values[0, 0, 0] == 2
    with pytest.raises(InputError, match="no frame 3: the file has 3"):
        open_picture(data, InputSpec(frame=3))
    assert "frame" not in InputSpec().to_dict()
    assert "slice" not in InputSpec().to_dict()


def test_nothing_that_speaks_of_people_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    good = dicom(RAMP)
    told = [repr(open_picture(good).notes)]
    wrong = {"cut": good[:-7], "bits": dicom(RAMP, BitsAllocated=7)}
    wrong["slope"] = good.replace(NAME.encode(), b"\xff" * len(NAME))
    for data in wrong.values():
        try:
            told.append(repr(open_picture(data).notes))
        except InputError as error:
            told += [str(error), repr(error.__cause__), repr(error.facts)]
    captured = capfd.readouterr()
    assert not any(NAME in text for text in (*told, captured.out, captured.err))


@pytest.mark.parametrize(
    ("name", "form"),
    [("JPEG2000.dcm", (1024, 256, 1)), ("SC_rgb_rle.dcm", (100, 100, 3))],
)
def test_compressed_files_of_pydicom_are_read(name: str, form: tuple[int, ...]) -> None:
    path = get_testdata_file(name, download=False)
    assert open_picture(str(path)).values.shape == form


@pytest.mark.parametrize(
    ("head", "values"),
    [
        (b"P5 # a camera\n3 2\n255\n", np.arange(6, dtype=np.uint8)),
        (b"P5 3 2 4095\n", np.arange(0, 4200, 819, dtype=">u2")),
        (b"P2 3 2 9\n", b"0 1 2 # half\n3 4 9"),
        (b"P1 3 2\n", b"1 0 1\n0 1 0"),
        (b"P4 3 2\n", bytes([0b10100000, 0b01000000])),
    ],
)
def test_pnm_by_value(head: bytes, values: Any) -> None:
    found = open_picture(head + (values if isinstance(values, bytes) else values.tobytes()))
    if isinstance(values, np.ndarray):
        assert np.array_equal(found.values.ravel(), values)
        assert found.span == (0.0, 255.0 if len(values.tobytes()) == 6 else 4095.0)
    elif head.startswith(b"P2"):
        assert found.values.ravel().tolist() == [0, 1, 2, 3, 4, 9]
    else:
        assert found.values.ravel().tolist() == [0, 255, 0, 255, 0, 255]


def test_pnm_that_lies_is_refused() -> None:
    for data in (b"P5 9999 9999 255\n", b"P5 3 2 255\n123", b"P5 2 1 7\n\x09\x01", b"P2 1 1 9\n-3"):
        with pytest.raises(InputError):
            open_picture(data)


def written(form: str, picture: Image.Image, **how: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **how)
    return buffer.getvalue()


def test_photos_of_newer_formats() -> None:
    colours = np.random.default_rng(0).integers(0, 255, (16, 24, 3), np.uint8)
    picture = Image.fromarray(colours)
    assert np.array_equal(open_picture(written("JPEG2000", picture)).values, colours)
    smooth = Image.new("RGB", (24, 16), (200, 30, 60))
    heic = io.BytesIO()
    pillow_heif.from_pillow(smooth).save(heic)
    for data in (written("AVIF", smooth), heic.getvalue()):
        assert np.abs(open_picture(data).values.astype(int) - (200, 30, 60)).max() < 8


def test_a_gif_gives_its_first_frame_and_says_so() -> None:
    frames = [Image.new("RGB", (8, 6), (level, 0, 0)) for level in (0, 100, 200)]
    data = written("GIF", frames[0], save_all=True, append_images=frames[1:])
    first, last = open_picture(data), open_picture(data, InputSpec(frame=2))
    assert first.values.max() == 0
    assert "3 frames" in first.notes[0]
    assert last.values[0, 0, 0] == 200


def in_members(data: bytes) -> bytes:
    """As bgzip writes it."""
    return b"".join(gzip.compress(data[at : at + 100]) for at in range(0, len(data), 100))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, in_members])
def test_a_volume_gives_a_slice(packed: Callable[[bytes], bytes]) -> None:
    volume = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    image = nibabel.Nifti1Image(volume, np.eye(4))
    image.header.set_slope_inter(2.0, -3.0)
    data = packed(image.to_bytes())
    middle = open_picture(data)
    assert np.array_equal(middle.values[:, :, 0], volume[:, :, 3] * 2.0 - 3)
    assert "Slice 3 of 6 along axis 2" in middle.notes[0]
    assert "none was named" in middle.notes[0]
    assert np.array_equal(
        open_picture(data, InputSpec(slice=(0, 1))).values[:, :, 0], volume[1] * 2.0 - 3
    )
    with pytest.raises(InputError, match="no slice 9 of axis 1: the volume is 4 × 5 × 6"):
        open_picture(data, InputSpec(slice=(1, 9)))


def test_an_array_gives_a_slice_and_a_photo_has_none() -> None:
    volume = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 24
    buffer = io.BytesIO()
    np.save(buffer, volume)
    found = open_picture(buffer.getvalue(), InputSpec(slice=(1, 2)))
    assert np.array_equal(found.values[:, :, 0], volume[:, 2])
    with pytest.raises(InputError, match="no slices to choose from"):
        open_picture(written("PNG", Image.new("L", (4, 4))), InputSpec(slice=(1, 2)))
    for wrong in ({"slice": (1,)}, {"slice": (-1, 0)}, {"frame": -1}):
        with pytest.raises(InputError, match="frame 3, or slice 2,40"):
            InputSpec(**wrong)  # type: ignore[arg-type]


def test_what_is_not_read_is_named() -> None:
    assert len({what for what, _, _ in KINDS}) > 15
    for data, told in (
        (b"8BPS\0\1" + b"\0" * 30, "Photoshop"),
        (written("TGA", Image.new("L", (4, 4))), "TGA"),
        (b"MATLAB 5.0 MAT-file, Platform", "MATLAB"),
        (b"PK\x03\x04" + b"\0" * 40, "archive"),
    ):
        with pytest.raises(InputError, match=told):
            open_picture(data)
    with pytest.raises(InputError, match=r"formats PNG, JPEG, WebP, BMP, .*DICOM"):
        open_picture(b"nothing")


def test_every_kind_is_listed_and_looked_for_in_folders() -> None:
    listed = titles()
    for reader in READERS:
        assert reader.title in listed
        assert all(map(is_picture, reader.suffixes))


def test_a_missing_package_is_named_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(InputError, match="package pydicom") as error:
        open_picture(dicom(RAMP))
    assert error.value.hint == packages.INSTALL


def test_no_decoder_is_imported_before_its_first_file() -> None:
    heavy = ("pydicom", "nibabel", "pillow_heif", "pylibjpeg", "tifffile")
    code = "import sys, xai_core.pictures.readers.base as b; list(b.READERS); "
    code += f"print([one for one in {heavy!r} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
