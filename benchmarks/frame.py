"""One drag event in the browser, 8 maps at 224×224: against one frame of a 60 Hz display.

From the new quantile to all that is drawn, by the page's own clock; the median of many events.
"""

from __future__ import annotations

import statistics

from benchmarks.drag import COUNT, open_bench
from benchmarks.timing import Goal

UNIT, EVENTS = "ms", 60


def event() -> float:
    page = open_bench()
    page.slider.press("Home")
    before = len(page.model("m.frames"))
    for _ in range(EVENTS):
        page.slider.press("ArrowRight")
        page.settled()
    times: list[float] = page.model("m.frames")[before:]
    return statistics.median(times)


OURS, FRAME = f"tuning bench, {COUNT} maps, one drag event", "one frame"
CASES = {OURS: event, FRAME: lambda: 16.0}
GOALS = [Goal(OURS, FRAME, 1.0)]
