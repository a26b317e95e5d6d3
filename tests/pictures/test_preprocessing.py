"""Pictures: what goes in, what a model sees, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xai_core import InputSpec, XaiError
from xai_core.pictures.demo import PICTURES, picture_path
from xai_core.pictures.preprocessing import MAX_PIXELS, open_picture, prepare

NOISE = np.random.default_rng(0).integers(0, 255, (50, 50, 3), np.uint8)
RAW = {"mean": (0.0,) * 3, "std": (1.0,) * 3}


def png(array: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", PICTURES)
def test_demo_pictures_open(name: str) -> None:
    prepared = prepare(open_picture(picture_path(name)), InputSpec())
    assert prepared.inputs.shape == (1, 3, 224, 224)
    assert prepared.inputs.dtype == np.float32
    assert prepared.picture.shape == (224, 224, 3)
    assert prepared.content == (0, 0, 224, 224)


def test_normalisation_is_by_channel() -> None:
    picture = Image.new("RGB", (8, 8), (255, 0, 51))
    spec = InputSpec(height=8, width=8, resize=8, mean=(0.5, 0.0, 0.1), std=(0.5, 1.0, 0.1))
    values = prepare(picture, spec).inputs[0, :, 0, 0]
    np.testing.assert_allclose(values, [1.0, 0.0, 1.0], atol=1e-6)


@pytest.mark.parametrize("size", [(100, 50), (50, 100), (10, 400), (224, 224), (3, 3)])
@pytest.mark.parametrize("fit", ["crop", "squash", "letterbox"])
def test_every_shape_of_picture_fills_the_input(size: tuple[int, int], fit: str) -> None:
    prepared = prepare(Image.new("RGB", size, (200, 200, 200)), InputSpec(fit=fit, **RAW))
    top, left, bottom, right = prepared.content
    inside = prepared.inputs[0, 0, top:bottom, left:right]
    np.testing.assert_allclose(inside, 200 / 255, atol=1e-6)
    outside = prepared.inputs[0, 0].sum() - inside.sum()
    assert outside == pytest.approx(0.0, abs=1e-3)
    assert fit == "letterbox" or prepared.content == (0, 0, 224, 224)


def test_a_crop_takes_the_centre() -> None:
    array = np.zeros((32, 96, 3), np.uint8)
    array[:, 32:64] = 255
    spec = InputSpec(height=32, width=32, resize=32, **RAW)
    assert prepare(Image.fromarray(array), spec).inputs.min() == 1.0


def test_grey_models_get_one_channel() -> None:
    spec = InputSpec.for_shape(1, 28, 28)
    assert prepare(Image.new("RGB", (40, 40), "red"), spec).inputs.shape == (1, 1, 28, 28)


def test_transparent_pictures_lie_on_white() -> None:
    array = np.zeros((4, 4, 4), np.uint8)
    spec = InputSpec(height=4, width=4, resize=4, **RAW)
    assert prepare(open_picture(png(array)), spec).inputs[0, :, 0, 0].tolist() == [1, 1, 1]


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    assert open_picture(png(np.zeros((10, 20, 3), np.uint8), exif=exif)).size == (10, 20)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not a picture"),
        (b"GIF89a" + b"\0" * 40, "not a picture"),
        (b"hello world", "not a picture"),
        (png(NOISE)[:4000], "broken"),
    ],
)
def test_what_is_not_a_picture_is_refused(data: bytes, expected: str) -> None:
    with pytest.raises(XaiError, match=expected):
        open_picture(data)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    side = int((2 * MAX_PIXELS) ** 0.5) + 10
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG")
    with pytest.raises(XaiError, match="million pixels"):
        open_picture(buffer.getvalue())


def test_a_missing_file_is_told() -> None:
    with pytest.raises(XaiError, match="cannot be read"):
        open_picture(Path("nowhere.png"))


@pytest.mark.parametrize(
    "wrong", [{"channels": 0}, {"height": 0}, {"std": (0.0, 1.0, 1.0)}, {"mean": (0.0,)}]
)
def test_a_wrong_spec_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(XaiError):
        InputSpec(**wrong)  # type: ignore[arg-type]


def test_a_spec_survives_json() -> None:

    spec = InputSpec.for_shape(1, 64, 48)
    assert InputSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_a_spec_of_an_earlier_version_is_read_and_one_of_its_kind_written() -> None:
    """Fields that came later are written only where they say something."""
    earlier = {
        **{"channels": 3, "height": 8, "width": 9, "fit": "letterbox", "resize": 8},
        **{"mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]},
    }
    spec = InputSpec.from_dict(earlier)
    assert (spec.range, spec.order, spec.padding) == ("type", (), 0.0)
    assert set(spec.to_dict()) == set(earlier)
    later = InputSpec(range="given", low=0.0, high=9.0, order=(2, 1, 0), padding=0.4, shown=(0,))
    assert InputSpec.from_dict(json.loads(json.dumps(later.to_dict()))) == later


@pytest.mark.parametrize(
    "wrong",
    [
        {"range": "given"},
        {"range": "given", "low": 2.0, "high": 1.0},
        {"range": "data", "low": 0.0, "high": 1.0},
        {"order": (0, 1)},
        {"order": (0, 1, -1)},
        {"shown": (0, 1)},
        {"padding": float("nan")},
        {"channels": 513},
    ],
)
def test_a_wrong_range_or_order_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(XaiError):
        InputSpec(**wrong)  # type: ignore[arg-type]
