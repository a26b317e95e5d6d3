"""The page of the controls: before, after, and what it says elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.ranking import statistics as ranking_statistics
from components.session.state.workspace import KEY
from components.trust import sections, summary
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from tests.studies.small_study import small_study
from xai_core.demo.example import example_run
from xai_core.demo.run import demo_run
from xai_core.runs.manifest import maps_digest
from xai_core.runs.sanity import Controls
from xai_core.scores.statistics import Statistics
from xai_core.scores.statistics import statistics as study_statistics

PAGE, TUNE = "pages/compare/trust.py", "pages/compare/tune.py"
pytestmark = pytest.mark.xdist_group("app")


def made() -> Controls:
    """Guided Backprop's twin is its own map; FusionGrad's is upside down."""
    maps = {name: one.values for name, one in example_run().attributions.items()}
    twins = {**maps, "fusiongrad": maps["fusiongrad"][:, :, ::-1, ::-1].copy()}
    return Controls({"edges": maps["fusiongrad"] ** 4}, {"random-weights": twins})


def given(app: AppTest) -> AppTest:
    space = app.session_state[KEY]
    space.control_state.made = (maps_digest(space.run.attributions), made())
    return app


def test_a_newcomer_reads_what_a_control_is(app: AppTest) -> None:
    opened(app, PAGE)
    assert "owes nothing to what the model learned" in texts(app)
    assert "looks almost the same" not in texts(app)


def test_the_verdicts_are_plain_and_follow_the_slider(app: AppTest) -> None:
    opened(given(app), PAGE)
    told = texts(app)
    assert "**Guided Backprop** looks almost the same" in told
    assert "**FusionGrad** changes" in told
    assert "Scores no better than a control: edges of the picture" in told
    app.slider(key="quantile").set_value(0.6)
    ran(app)
    assert "rank correlation 1.00" in texts(app)


def test_the_ranking_marks_only_the_run_that_was_checked(app: AppTest) -> None:
    opened(given(app), TUNE)
    notes = dict(zip(*(app.dataframe[0].value[name] for name in ("Method", "Note")), strict=True))
    assert "Hardly depends on the weights." in notes["Guided Backprop"]
    assert "Hardly" not in notes["FusionGrad"]
    run = app.session_state[KEY].run
    one = run.attributions["fusiongrad"]
    other = replace(one, values=one.values * 2)
    app.session_state[KEY].run = replace(
        run, attributions={**run.attributions, "fusiongrad": other}
    )
    ran(app)
    assert not any(app.dataframe[0].value["Note"])
    opened(app, PAGE)
    assert "looks almost the same" not in texts(app)


def test_a_model_that_is_gone_is_said_before_a_click(app: AppTest) -> None:
    app.session_state[KEY].run = replace(example_run(), model="another", model_sha256="0" * 64)
    opened(app, PAGE)
    assert app.button(key="controls-start").disabled
    assert "model of these maps is gone" in app.button(key="controls-start").help


def test_computing_gives_the_known_failure(app: AppTest, tmp_path: Path) -> None:
    run = demo_run()
    fast = {"guided-backprop": run.attributions["guided-backprop"]}
    scores = {"guided-backprop": run.scores["guided-backprop"]}
    app.session_state[KEY].run = replace(run, attributions=fast, scores=scores)
    opened(app, PAGE)
    app.button(key="controls-start").click()
    ran(app)
    job = app.session_state[KEY].control_state.job
    if job is not None:
        job.wait(600)
        ran(app)
    assert "**Guided Backprop** looks almost the same" in texts(app)


def test_the_metrics_say_who_is_best_over_how_many_pictures_and_what_was_checked(
    app: AppTest,
) -> None:
    space = given(app).session_state[KEY]
    app.session_state[sections.KEPT] = "metrics"
    opened(app, PAGE)
    assert "is best by Sparseness" in texts(app)
    assert "Of one picture." in texts(app)
    space.study_state.opened = small_study(model_sha256=space.run.model_sha256)
    ran(app)
    table = app.dataframe[0].value
    checks = dict(zip(table.index, table["Sanity check"], strict=True))
    assert checks["Guided Backprop"].startswith("hardly depends on the weights")
    assert checks["FusionGrad"].startswith("changes with the weights")
    over = dict(zip(table.index, table["Complexity over 6 pictures"], strict=True))
    assert re.fullmatch(r"\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]", over["Guided Backprop"])
    assert over["FusionGrad"] == "–"
    assert "Over 6 pictures: Guided Backprop is the least complex on" in texts(app)
    assert "Of one picture." not in texts(app)


def test_the_study_beside_it_is_sampled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[np.ndarray] = []

    def counted(scores: np.ndarray, lower: bool = True) -> Statistics:
        asked.append(scores)
        return study_statistics(scores, lower)

    monkeypatch.setattr(ranking_statistics.study_statistics, "statistics", counted)
    study = small_study()
    ranking_statistics.statistics.clear()
    first, second = summary._means(study, 0.2), summary._means(study, 0.2)
    assert first == second
    assert len(asked) == 1
    assert len(first) == len(study.methods)
