"""Masks: as text and back, from pictures, on another grid."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.pictures.readers.photo import raster_of
from xai_core.pictures.region import (
    as_text,
    cell,
    connected,
    from_text,
    of_box,
    of_picture,
    on_grid,
)

SPEC = InputSpec(1, 24, 24, "crop", 32, (0.5,), (0.25,))


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (24, 24), (17, 64)])
def test_a_mask_comes_back_from_its_text(size: tuple[int, int]) -> None:
    mask = np.random.default_rng(0).random(size) > 0.5
    np.testing.assert_array_equal(from_text(as_text(mask)), mask)


@pytest.mark.parametrize(
    "text",
    [
        *("", "3x3", "3x3:", "0x5:AAAA", "3x3:!!", "-1x3:AAAA", "3x3:AAAA" * 100_000),
        f"8x8:{base64.b64encode(zlib.compress(bytes(7))).decode()}",
        f"8x8:{base64.b64encode(zlib.compress(bytes(10**7))).decode()}",  # a small bomb
    ],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="this is none"):
        from_text(text)


def test_a_mask_is_cut_as_its_picture_is() -> None:
    """The white square of the picture's file lies on the same pixels in the model's input."""
    picture = np.zeros((48, 96), np.uint8)
    picture[10:30, 40:60] = 255
    mask = of_picture(raster_of(Image.fromarray(picture)), (96, 48), SPEC)
    seen = prepare(Image.fromarray(picture), SPEC).picture[..., 0] >= 128
    np.testing.assert_array_equal(mask, seen)
    assert 0 < mask.sum() < mask.size


def test_a_mask_of_the_inputs_size_is_taken_as_it_is_and_another_size_is_refused() -> None:
    own = np.zeros((24, 24), np.uint8)
    own[3, 4] = 200
    np.testing.assert_array_equal(
        of_picture(raster_of(Image.fromarray(own)), (96, 48), SPEC), own > 0
    )
    with pytest.raises(InputError) as refused:
        of_picture(raster_of(Image.new("L", (50, 50))), (96, 48), SPEC)
    assert "96×48" in str(refused.value)
    assert "24×24" in str(refused.value)


def test_a_cell_counts_where_half_of_it_is_covered() -> None:
    mask = np.zeros((6, 6), dtype=bool)
    mask[0:2, 0:1] = True  # half of the first cell
    mask[2:4, 2:4] = True  # all of the middle one
    mask[5, 5] = True  # a quarter of the last one
    assert on_grid(mask, (3, 3)).tolist() == [
        [True, False, False],
        [False, True, False],
        [False, False, False],
    ]
    tiny = np.zeros((6, 6), dtype=bool)
    tiny[5, 5] = True
    assert np.argwhere(on_grid(tiny, (3, 3))).tolist() == [[2, 2]]
    assert on_grid(tiny, (12, 12)).sum() == 4
    with pytest.raises(InputError, match="empty"):
        on_grid(np.zeros((6, 6), dtype=bool), (3, 3))


def test_a_box_is_cut_at_the_pictures_edge() -> None:
    assert of_box((2, 1, 99, 3), (5, 4)).sum() == 6
    with pytest.raises(InputError, match="no pixel"):
        of_box((5, 0, 9, 9), (5, 4))


def test_a_region_hangs_together_by_edges_not_by_corners() -> None:
    mask = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0]], dtype=bool)
    assert connected(mask, (0, 2)).sum() == 3
    assert connected(mask, (2, 0)).sum() == 1


def test_a_pixel_lies_in_a_cell() -> None:
    assert cell(11, 9, (12, 10), (6, 5)) == (5, 4)
    assert cell(0, 0, (12, 10), (24, 30)) == (0, 0)
    with pytest.raises(InputError, match="Rows go from 0 to 11"):
        cell(12, 0, (12, 10), (6, 5))
