"""The colour tables are matplotlib's."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from xai_core.maps.colours import DIVERGING, SEQUENTIAL, lookup


@pytest.mark.parametrize("name", [*SEQUENTIAL, *DIVERGING])
def test_a_table_is_matplotlibs(name: str) -> None:
    theirs = matplotlib.colormaps[name](np.arange(256))[:, :3] * 255
    np.testing.assert_array_equal(lookup(name), theirs.round().astype(np.uint8))
