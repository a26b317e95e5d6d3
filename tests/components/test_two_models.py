"""The page that compares two models: one model alone, both computed, something wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.models import job
from components.models.pair import OWN
from components.result import facts
from components.session.jobs.job import Job
from components.session.state.sources import Source
from components.session.state.workspace import KEY, Workspace
from tests.compare.test_model_comparison import SPEC
from tests.compare.test_model_comparison import files as files
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.base.errors import Cancelled, InputError
from xai_core.compare.comparison import ModelPair
from xai_core.models.formats.base import LoadOptions
from xai_core.runs.store import RunStore

PAGE = "pages/compare/models.py"
pytestmark = pytest.mark.xdist_group("app")


def given(app: AppTest, folder: Path, *names: str) -> Workspace:
    """The models of these files in the session; the first two are compared."""
    space: Workspace = app.session_state[KEY]
    for name in names:
        space.add_source(Source(name, folder / name, LoadOptions(input_spec=SPEC)))
    space.source, space.pairing.second = names[0], names[1]
    space.chosen = ["saliency", "guided-backprop"]
    return space


def compute(app: AppTest, space: Workspace) -> AppTest:
    app.button(key="pair-start").click()
    ran(app)
    if space.pairing.job is not None:
        space.pairing.job.wait(600)
        ran(app)
    return app


def test_with_one_model_the_page_asks_for_a_second(app: AppTest) -> None:
    opened(app, PAGE)
    assert "Choose a second model, or open one." in texts(app)
    assert app.button(key="pair-start").disabled
    assert app.button(key="pair-swap").disabled
    assert not app.slider, "there is nothing to see at a quantile"
    assert not app.error


def told_of(space: Workspace) -> tuple[str, str]:
    """What the bar says of both models: in parts, so that a phone cuts neither."""
    assert space.pairing.pair is not None
    found = facts.of_pair(space.pairing.pair, 0.2)
    return found.model, found.beside


def moved(app: AppTest) -> pd.DataFrame:
    """The table of two sides, method by method."""
    found: pd.DataFrame = next(one.value for one in app.table if "Moved" in one.value)
    return found


def after_removal(app: AppTest, side: str) -> list[float]:
    """The scores of a side of it."""
    return [float(cell.split("**")[1]) for cell in moved(app)[f"Complexity, {side}"]]


def test_a_model_and_its_export(app: AppTest, files: Path) -> None:
    space = given(app, files, "original.pt", "script.pt")
    compute(opened(app, PAGE), space)
    told = texts(app)
    assert "Their maps are the same but for rounding." in told
    assert "Nobody changes places" in told
    assert "**`converted-verified`** only in B" in told
    assert moved(app)["Moved"].tolist() == ["same place", "same place"]
    before = after_removal(app, "A")
    assert before == pytest.approx(after_removal(app, "B"), abs=1e-3)
    app.slider(key="quantile").set_value(0.9)
    ran(app)
    assert max(after_removal(app, "A")) < min(before)
    assert "Both results are kept as runs." in texts(app)
    opened(app, "pages/share/runs.py")
    assert {one.model for one in RunStore().entries()} == {"original.pt", "script.pt"}
    assert moved(app)["Moved"].tolist() == ["same place", "same place"]
    assert "the same map" in texts(app)


def test_another_model_and_a_method_that_it_lacks(app: AppTest, files: Path) -> None:
    space = given(app, files, "original.pt", "smooth.pt")
    compute(opened(app, PAGE), space)
    told = texts(app)
    assert "Their maps differ" in told
    assert "**Guided Backprop** gave no map in B" in told
    assert re.search(r"Only in A: \*\*[^*]*Guided Backprop", told)
    app.button(key="pair-swap").click()
    ran(app)
    assert (space.source, space.pairing.second) == ("smooth.pt", "original.pt")
    assert told_of(space) == ("A original.pt", "B smooth.pt")
    told = "Chosen since this was computed: A original.pt → smooth.pt, B smooth.pt → original.pt."
    assert told in texts(app)
    assert space.pairing.ids is not None, "a link leads there"


def test_other_classes_are_said_kindly(
    app: AppTest, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examined: list[object] = []
    real = job.examine
    counted = lambda *args, **more: examined.append(args) or real(*args, **more)  # noqa: E731
    monkeypatch.setattr(job, "examine", counted)
    space = given(app, files, "original.pt", "six.pt")
    compute(opened(app, PAGE), space)
    assert "has no class that is known to be" in texts(app)
    assert space.pairing.pair is None
    assert not examined, "nobody waits for maps that are not compared"
    app.radio(key="pair-rule").set_value(OWN)
    ran(app)
    compute(app, space)
    assert "The models have different classes" in texts(app)
    assert "cannot be matched" in texts(app)
    assert not app.error


def test_the_same_model_twice_is_no_comparison(app: AppTest, files: Path) -> None:
    space = given(app, files, "original.pt", "original.pt")
    opened(app, PAGE)
    assert "Choose two different models." in texts(app)
    assert app.button(key="pair-start").disabled
    space.sources.pop("original.pt")
    space.source = next(iter(space.sources))
    ran(app)
    assert space.pairing.second is None, "a model that is gone is chosen no longer"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("today.pt: It fails.", "Do that."), "It fails"),
        (Cancelled(), "Cancelled. Nothing has changed."),
    ],
)
def test_what_ends_early_leaves_the_result(
    app: AppTest, files: Path, error: Exception, said: str
) -> None:
    space = given(app, files, "original.pt", "script.pt")
    compute(opened(app, PAGE), space)
    kept = space.pairing.pair

    def work(progress: object, cancel: object) -> ModelPair:
        raise error

    space.pairing.job = job = Job(work)
    job.wait()
    ran(app)
    assert said in texts(app)
    assert space.pairing.pair is kept
    assert space.pairing.job is None


def test_a_file_that_is_gone_is_said_so(app: AppTest, files: Path) -> None:
    space = given(app, files, "original.pt", "script.pt")
    gone = replace(space.sources["script.pt"], path=files / "gone.pt")
    space.sources["script.pt"] = gone
    opened(app, PAGE)
    app.button(key="pair-start").click()
    ran(app)
    assert "no longer on the server" in texts(app)
