"""How long a drag event takes, from the new quantile to all that is drawn; printed with -s."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.bench_page import Bench
from tests.dose import dose

FRAME_MS = 16.0
# A busy machine must not fail the build; a step of another order must.
GENEROUS = 5
SIDE = 224
EVENTS = dose(24, 120)


def maps(count: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.stack([rng.gamma(1 / (1 + at % 4), size=(SIDE, SIDE)) for at in range(count)])


@pytest.mark.parametrize(("count", "frames"), dose([(8, 1)], [(8, 1), (32, 4)]))
def test_a_drag_event_stays_within_its_frames(browser: Browser, count: int, frames: int) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 2000})
    try:
        bench = Bench(context.new_page(), maps(count), 0.0)
        box = bench.slider.bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        bench.page.mouse.move(box["x"] + 2, y)
        bench.page.mouse.down()
        for share in np.linspace(0.01, 0.99, EVENTS):
            bench.page.mouse.move(box["x"] + share * box["width"], y)
            bench.settled()
        bench.page.mouse.up()
        times: list[float] = bench.model("m.frames")[5:]
    finally:
        context.close()
    told = f"{count} maps of {SIDE}×{SIDE}: median {statistics.median(times):.1f} ms"
    print(f"\n{told}, 95 % {np.percentile(times, 95):.1f} ms, {len(times)} drag events")
    assert len(times) > EVENTS / 2
    assert statistics.median(times) < GENEROUS * frames * FRAME_MS
