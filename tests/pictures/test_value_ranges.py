"""What becomes 0 and what becomes 1, and what a person is told of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pictures.samples import (
    HEIGHT,
    WIDTH,
    npy,
    plain,
    tiff,
)
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import open_picture, prepare


def test_ranges_are_the_types_the_datas_given_or_none() -> None:
    array = np.linspace(100, 4095, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16)
    raster = open_picture(tiff(array))
    wanted = {
        "type": array / 65535,
        "data": (array - 100.0) / 3995,
        "raw": array.astype(float),
    }
    for name, expected in wanted.items():
        prepared = prepare(raster, plain(1, range=name))
        np.testing.assert_allclose(prepared.inputs[0, 0], expected, rtol=1e-5, atol=1e-6)
    given = prepare(raster, plain(1, range="given", low=500.0, high=2000.0))
    np.testing.assert_allclose(given.inputs[0, 0], np.clip((array - 500.0) / 1500, 0, 1), atol=1e-6)


def test_what_was_done_to_the_values_is_told() -> None:
    array = np.full((HEIGHT, WIDTH), 100, np.uint16)
    array[0] = 4095
    raster = open_picture(tiff(array))
    scale = prepare(raster, plain(1)).scale
    assert scale is not None
    assert scale.told == (
        "The picture has 16-bit whole numbers from 100 to 4095; 0 becomes 0 and 65535 becomes 1."
    )
    assert scale.warning is not None
    assert "6.1%" in scale.warning
    narrow = prepare(raster, plain(1, range="given", low=0.0, high=2000.0)).scale
    assert narrow is not None
    assert narrow.warning == "Values outside the range are clipped."
    assert prepare(raster, plain(1, range="data")).scale.warning is None  # type: ignore[union-attr]


def test_fractions_outside_0_to_1_need_a_range() -> None:
    raster = open_picture(npy(np.full((HEIGHT, WIDTH), 3.5, np.float32)))
    with pytest.raises(InputError, match=r"from 3\.5 to 3\.5"):
        prepare(raster, plain(1))
    assert prepare(raster, plain(1, range="raw")).inputs.max() == 3.5
