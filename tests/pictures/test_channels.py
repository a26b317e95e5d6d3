"""Which channels the model gets, and which a person sees."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pictures.samples import (
    ENDS,
    HEIGHT,
    WIDTH,
    npy,
    pillow,
    plain,
    same,
    slowly,
    tiff,
    values,
)
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import open_picture, prepare


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_opacity_is_kept_by_a_model_of_four_channels_and_lies_on_white_else(kind: str) -> None:
    array = values(kind, HEIGHT, WIDTH, 4)
    data = tiff(array, photometric="rgb", extrasamples=["unassalpha"])
    raster = open_picture(data)
    assert raster.alpha
    same(prepare(raster, plain(4)), slowly(array))
    top = ENDS[kind][1]
    opacity = array[:, :, 3:] / top
    flat = (array[:, :, :3] / top * opacity + (1 - opacity)).transpose(2, 0, 1)[None]
    np.testing.assert_allclose(prepare(raster, plain(3)).inputs, flat, atol=1.01 / top + 1e-6)


def test_an_order_swaps_and_chooses_channels() -> None:
    colours = values("uint8", HEIGHT, WIDTH, 3)
    prepared = prepare(open_picture(pillow(colours, "PNG")), plain(3, order=(2, 1, 0)))
    same(prepared, slowly(colours)[:, ::-1])
    np.testing.assert_array_equal(prepared.picture, colours)  # a person still sees its colours
    many = values("uint16", HEIGHT, WIDTH, 7)
    raster = open_picture(tiff(many, photometric="minisblack", planarconfig="contig"))
    same(prepare(raster, plain(2, order=(5, 3))), slowly(many)[:, [5, 3]])
    with pytest.raises(InputError, match="no channel 7"):
        prepare(raster, plain(1, order=(7,)))


@pytest.mark.parametrize(("has", "wants"), [(1, 4), (3, 4), (3, 2), (4, 3), (7, 3), (2, 1)])
def test_channels_that_the_picture_has_not_are_told(has: int, wants: int) -> None:
    array = values("uint8", HEIGHT, WIDTH, has)
    with pytest.raises(InputError, match=f"takes {wants} channel"):
        prepare(open_picture(npy(array)), plain(wants))


def test_a_person_sees_chosen_channels_with_contrast() -> None:
    many = (np.random.default_rng(0).random((HEIGHT, WIDTH, 6)) * 900 + 100).astype(np.uint16)
    raster = open_picture(tiff(many, photometric="minisblack", planarconfig="contig"))
    prepared = prepare(raster, plain(6, shown=(5, 0, 2)))
    for place, index in enumerate((5, 0, 2)):
        one = many[:, :, index].astype(float)
        low, high = np.percentile(one, (0.5, 99.5))
        expected = np.rint(np.clip((one - low) / (high - low), 0, 1) * 255)
        np.testing.assert_allclose(prepared.picture[:, :, place], expected, atol=1)
    assert any("stretched" in note for note in prepared.notes)
    first = prepare(raster, plain(6))
    again = prepare(raster, plain(6, shown=(0, 1, 2)))
    np.testing.assert_array_equal(first.picture, again.picture)
    np.testing.assert_array_equal(first.inputs, prepared.inputs)  # the model sees the same
