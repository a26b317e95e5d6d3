"""What the tests wait for is true: a script that is asked for is one that runs."""

from __future__ import annotations

from tests.browser import screen, still
from tests.browser.conftest import Visit

COUNTS = "[window.pedestalScripts.asked, window.pedestalScripts.begun]"
ASKED = "Object.assign(window.pedestalScripts, { asked: %s + 1, last: performance.now() })"


def test_a_script_that_is_asked_for_is_waited_for(visit: Visit) -> None:
    page = visit("/?page=runs")
    screen.title(page, "Runs")
    asked, begun = page.evaluate(COUNTS)
    assert asked == begun >= 1
    assert page.evaluate(still.SETTLED, 4)
    page.evaluate(ASKED % asked)
    assert not page.evaluate(still.SETTLED, 4)
    page.evaluate("window.pedestalScripts.asked -= 1")
    screen.go(page, "Heatmaps")
    assert page.evaluate(COUNTS)[0] == page.evaluate(COUNTS)[1] > begun
