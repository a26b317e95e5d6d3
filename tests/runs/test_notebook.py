"""Results as HTML: whole, self-contained, and every text escaped."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.runs.small import small_run
from tests.studies.small_study import small_study
from xai_core.base.finding import Finding
from xai_core.base.pace import Pace
from xai_core.readiness.result import Availability, Verdict
from xai_core.scores.ranking import rank

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
RUN = small_run(model=HOSTILE, picture=HOSTILE, failures={HOSTILE: HOSTILE})
VERDICT = Verdict(
    HOSTILE,
    "0" * 64,
    HOSTILE,
    "inference-only",
    HOSTILE,
    findings=(Finding("detach", "error", HOSTILE, HOSTILE),),
    methods={HOSTILE: Availability(False, HOSTILE)},
)
SHOWN = {
    "run": RUN,
    "attribution": RUN.attributions["smoothgrad"],
    "verdict": VERDICT,
    "study": small_study(model=HOSTILE),
    "ranking": rank({HOSTILE: 1.0, "dead": float("nan")}, causes={"dead": HOSTILE}),
}


class Parsed(HTMLParser):
    """Tags, their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self.closed[tag] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", SHOWN)
def test_a_result_shows_itself_and_nothing_in_it_is_run(name: str) -> None:
    one: Any = SHOWN[name]
    page = Parsed(one._repr_html_())
    for void in ("img", "br"):
        page.opened.pop(void, None)
    assert page.opened == page.closed
    assert "script" not in page.opened
    assert not [key for key, _ in page.attributes if key.startswith("on")]
    sources = [value or "" for key, value in page.attributes if key == "src"]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert (HOSTILE in page.text) == (name != "attribution")


def test_autocast_is_told_with_a_run_and_with_a_map() -> None:
    chosen = {"autocast_cosine": 0.9939, "autocast_difference": 0.111}
    run = small_run()
    one = replace(run.attributions["smoothgrad"], chosen=chosen, pace=Pace(autocast=True))
    narrow = replace(run, attributions={**run.attributions, "smoothgrad": one})
    told = "autocast (bfloat16): on the first samples cosine 0.9939"
    assert f"smoothgrad: {told}" in Parsed(narrow._repr_html_()).text
    assert told in Parsed(one._repr_html_()).text
    assert "autocast" not in run._repr_html_()
    assert "autocast" not in run.attributions["smoothgrad"]._repr_html_()


def test_a_run_has_its_picture_and_two_maps_a_method() -> None:
    page = Parsed(RUN._repr_html_())
    assert page.opened["img"] == 1 + 2 * len(RUN.attributions)
    assert "saliency: raw · 5.100" in page.text


def test_maps_without_a_score_share_the_cause_that_they_share() -> None:
    scores = {"saliency": 5.0, "occlusion": math.nan, "grad-cam": math.nan}
    causes = {"occlusion": "The map is constant.", "grad-cam": "The map is constant."}
    page = Parsed(rank(scores, causes=causes)._repr_html_())
    assert page.text.count("The map is constant.") == 1
    assert "occlusion, grad-cam" in page.text
