"""Where a part of a picture lies in an input, seen on pictures whose pixels say where they are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from xai_core.pictures.field_of_view import Region, box_of, region_of
from xai_core.pictures.preprocessing import InputSpec, prepare

EDGE = 0.025  # a pixel and a half of the smallest side, and 8 bits
RAW = {"mean": (0.0,) * 3, "std": (1.0,) * 3}
SPECS = (
    InputSpec(3, 60, 60, "crop", 80, **RAW),
    InputSpec(3, 40, 60, "crop", 10, **RAW),  # `resize` is below the cut
    InputSpec(3, 50, 50, "squash", **RAW),
    InputSpec(3, 64, 64, "letterbox", **RAW),
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.fit}-{spec.height}")
@pytest.mark.parametrize("size", [(200, 120), (90, 150), (100, 100)])
def test_the_edges_of_an_input_show_the_edges_of_its_region(
    spec: InputSpec, size: tuple[int, int]
) -> None:
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    places = np.stack([rows * 255 / height, columns * 255 / width, 0 * rows], 2).astype(np.uint8)
    made = prepare(Image.fromarray(places), spec)
    top, left, bottom, right = made.content
    seen = made.inputs[0, :2, top:bottom, left:right]  # shares of height and width
    shown = region_of(spec, width, height)
    assert seen[0].min() == pytest.approx(shown.top, abs=EDGE)
    assert seen[0].max() == pytest.approx(shown.bottom, abs=EDGE)
    assert seen[1].min() == pytest.approx(shown.left, abs=EDGE)
    assert seen[1].max() == pytest.approx(shown.right, abs=EDGE)


def test_two_inputs_meet_on_what_both_show() -> None:
    """A crop shows the middle half of the width, letterbox all of it in a strip."""
    crop = region_of(InputSpec(3, 100, 100, "crop", 100), 200, 100)
    strip = region_of(InputSpec(3, 100, 100, "letterbox"), 200, 100)
    assert crop == Region(0, 0.25, 1, 0.75)
    part = crop.common(strip)
    assert part == crop
    assert box_of(part, crop, (0, 0, 100, 100)) == (0, 0, 100, 100)
    assert box_of(part, strip, (25, 0, 75, 100)) == (25, 25, 75, 75)
