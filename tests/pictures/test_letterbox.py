"""The padding of a letterbox: where it lies, what it holds, and that no map is scaled by it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pictures.samples import (
    npy,
    values,
)
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare


@pytest.mark.parametrize("shape", [(40, 20), (20, 40), (33, 20)])
@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_the_padding_of_a_letterbox_is_known_and_has_its_value(
    kind: str, shape: tuple[int, int]
) -> None:
    spec = InputSpec(3, 32, 32, "letterbox", 32, (0.5,) * 3, (0.25,) * 3, padding=114 / 255)
    prepared = prepare(open_picture(npy(values(kind, *shape, 3))), spec)
    top, left, bottom, right = prepared.content
    scale = 32 / max(shape)
    assert (bottom - top, right - left) == tuple(round(side * scale) for side in shape)
    inside = np.zeros((32, 32), bool)
    inside[top:bottom, left:right] = True
    np.testing.assert_allclose(prepared.inputs[0][:, ~inside], (114 / 255 - 0.5) / 0.25, rtol=1e-6)
    assert (prepared.picture[~inside] == 114).all()
    attribution = np.where(inside, 1.0, 99.0).astype(np.float32)[None, None]
    cropped = canonicalise(attribution, Recipe(quantile=None, crop=prepared.content))
    assert cropped.shape[1:] == (bottom - top, right - left)
    assert (cropped == 1.0).all()  # the padding's 99 is gone before anything is scaled
