"""Decoders that are compiled: each works inside the cage, and what lies to one stays there."""

from __future__ import annotations

import gzip
import io

import nibabel
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from tests.pictures.test_instrument_readers import NAME, RAMP, dicom
from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.worker.decoding import Decoder


def _volume() -> bytes:
    volume = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    return bytes(nibabel.Nifti1Image(volume, np.eye(4)).to_bytes())


def _heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (24, 16))).save(buffer)
    return buffer.getvalue()


def _streams(data: bytes, side: int) -> bytes:
    """A DICOM whose JPEG 2000 says that it is as large as that."""
    at = data.index(b"\xff\x4f\xff\x51") + 8
    return data[:at] + 2 * side.to_bytes(4, "big") + data[at + 8 :]


def test_they_read_and_refuse_in_their_cage() -> None:
    path = get_testdata_file("MR_small_jp2klossless.dcm", download=False)
    with open(str(path), "rb") as file:
        compressed = file.read()
    decoder = Decoder()
    try:
        assert decoder.look(compressed).size == (64, 64)
        assert decoder.look(_heic()).size == (24, 16)
        spec = InputSpec(1, 4, 5, "squash", mean=(0.0,), std=(1.0,), range="data", slice=(0, 1))
        assert decoder.look(_volume(), spec).size == (5, 4)
        found = decoder.prepared(_volume(), spec)
        assert found.inputs.shape == (1, 1, 4, 5)
        assert "Slice 1 of 3" in found.notes[0]
        bomb = gzip.compress(_volume() + bytes(900_000_000), 1)
        lies = (
            dicom(RAMP, Rows=60000, Columns=60000),
            dicom(RAMP, Rows=4000, Columns=4000),
            dicom(RAMP, BitsAllocated=64, BitsStored=64, HighBit=63),
            _streams(compressed, 60000),
            bomb,
        )
        for data in lies:
            with pytest.raises(InputError) as error:
                decoder.look(data)
            assert NAME not in str(error.value)
        assert decoder.look(compressed).size == (64, 64)
    finally:
        decoder.close()
