"""A model on its way: its steps and nothing of the old one, cancelled, refused, and back again."""

from __future__ import annotations

import threading

import pytest
from streamlit.testing.v1 import AppTest

from components.model.steps import SAID
from components.model.tabs import findings
from components.model.verdict import BADGES
from components.session import text
from components.session.opening.asking import Asking
from components.session.state.opening import Steps
from components.session.state.workspace import KEY, Source, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.base.errors import Cancelled, ModelError
from xai_core.base.finding import Finding
from xai_core.demo.gallery import gallery
from xai_core.models.formats.base import LoadOptions
from xai_core.readiness.checks.base import CHECKS, step_of
from xai_core.readiness.result import Verdict
from xai_core.readiness.steps import STEPS, loading_step

MODEL, HEATMAPS = "pages/model/readiness.py", "pages/compare/heatmaps.py"
SOUND = "Sound"
pytestmark = pytest.mark.xdist_group("app")


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The Model page of a small, sound network."""
    exhibit = next(one for one in gallery() if one.name == "healthy_network")
    options = LoadOptions(code=(exhibit.code_path,), trust=True)
    app.session_state[KEY].add_source(Source(SOUND, exhibit.model_path, options))
    return opened(app, MODEL)


def headings(app: AppTest) -> list[str]:
    return [one.value for one in (*app.header, *app.subheader)]


def test_the_verdict_its_classes_and_costs_are_seen_at_once_and_the_rest_in_tabs(
    page: AppTest,
) -> None:
    assert headings(page)[0] == SOUND
    assert "Top classes for wafer: particle, 17 px" in headings(page)
    assert "It can be explained" in texts(page)
    costs = next(one.value for one in page.dataframe if "Passes" in one.value)
    assert dict(zip(costs["Method"], costs["Passes"], strict=True))["FusionGrad"] == 100
    assert not any("SHA-256" in one.value.index for one in page.table)
    page.session_state["model-details"] = "File"
    ran(page)
    assert any("SHA-256" in one.value.index for one in page.table)
    assert not page.error


def test_a_model_on_its_way_shows_its_steps_and_nothing_of_the_old_one(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    space: Workspace = page.session_state[KEY]
    inside, stopped = threading.Event(), threading.Event()

    def slow(asking: Asking, *args: object, **how: object) -> None:
        asking.enter("gradient")
        inside.set()
        stopped.set() if asking.cancel.wait(60) else None
        raise Cancelled

    monkeypatch.setattr(Asking, "opened", slow)
    page.button(key="gallery-detach_in_adapter").click()
    page.run()
    assert inside.wait(60)
    page.run()
    told = texts(page)
    assert headings(page) == ["Gallery: A detach in an adapter", "What is explained"]
    assert all(SAID[step] in told for step in STEPS)
    assert f"**{SAID['gradient']}**" in told
    assert "It can be explained" not in told
    assert not [one for one in page.dataframe if "Passes" in one.value]
    page.button(key="opening-cancel").click()
    page.run()
    assert stopped.wait(60), "nothing is left running"
    assert (space.source, headings(page)[0]) == (SOUND, SOUND)
    assert "It can be explained" in texts(page)
    assert list(space.sources)[-1] == SOUND, "what was never open is not offered"


def test_what_cannot_be_opened_says_so_and_the_old_one_stays(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    space: Workspace = page.session_state[KEY]

    def broken(asking: Asking, *args: object, **how: object) -> None:
        raise ModelError("Its head is missing.", "Save it whole.", code="corrupt-file")

    with monkeypatch.context() as now:
        now.setattr(Asking, "opened", broken)
        page.button(key="gallery-detach_in_adapter").click()
        told = texts(ran(page))
    assert "Its head is missing." in told
    assert "could not be opened" in told
    assert space.source == SOUND
    assert "It can be explained" in told
    page.button(key="gallery-detach_in_adapter").click()
    told = texts(ran(page))
    assert "It only predicts" in told
    assert told.count("cuts the gradient") == 1, "a reason is said once"
    opened(page, HEATMAPS)
    assert space.chosen == []
    assert "They wait for another one" in texts(page)
    assert space.wished == ["guided-backprop", "fusiongrad"]
    opened(page, MODEL)
    del page.session_state["methods-choice"]  # as after a reload
    next(one for one in page.selectbox if one.label == "Model").select(SOUND)
    ran(page)
    opened(page, HEATMAPS)
    assert space.chosen == ["guided-backprop", "fusiongrad"]


def test_whatever_a_process_sends_stands_for_a_step() -> None:
    assert [loading_step(done) for done in (-1, 0, 1, 2, 3, 10**9)] == [
        *("read", "read", "load", "run", "run", "run")
    ]
    places = [STEPS.index(step_of(done)) for done in range(-1, len(CHECKS.names()) + 2)]
    assert places == sorted(places)
    assert {STEPS[place] for place in places} == {"run", "gradient", "proof"}


def test_a_step_never_goes_back_and_keeps_its_time() -> None:
    steps = Steps()
    assert (steps.now, steps.seconds("read")) == (None, None)
    for step in ("load", "run", "load"):
        steps.enter(step)  # type: ignore[arg-type]
    assert steps.now == "run"
    assert steps.seconds("read") is None
    assert 0 <= (steps.seconds("load") or 0) <= steps.elapsed


def test_sizes_are_told_in_plain_words() -> None:
    sizes = (0, 1, 999, 4_100, 43_210, 1_230_000, 500_000_000, 2_500_000_000)
    assert [text.file_size(one) for one in sizes] == [
        *("0 bytes", "1 byte", "999 bytes", "4.1 kB", "43 kB", "1.2 MB", "500 MB", "2.5 GB")
    ]


def test_findings_that_say_the_same_are_one_with_all_their_places() -> None:
    said = "In net.py:7, `x.detach()`: .detach() cuts the gradient. Twice."
    one, other = (Finding("detach", "error", said, "Remove it.", where=w) for w in ("a:1", "b:2"))
    note = Finding("layers-hidden", "warning", "Hidden.")
    verdict = Verdict(
        "", "", "", "inference-only", "It only predicts: .detach() cuts the gradient."
    )
    verdict = Verdict(**{**vars(verdict), "findings": (note, one, other, one)})
    assert findings.decisive(verdict) == (one, ("a:1", "b:2"))
    assert findings.others(verdict) == [(note, ())]
    assert findings.unsaid(said, verdict.summary) == "In net.py:7, `x.detach()`. Twice."
    assert findings.unsaid("Another. Thing.", verdict.summary) == "Another. Thing."
    assert set(BADGES) >= {verdict.level}
