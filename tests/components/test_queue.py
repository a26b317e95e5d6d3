"""Who has to wait for a process sees the place in the queue, and may leave it."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.session import processes
from components.session.backend import OpenModel
from components.session.state.workspace import KEY
from tests.components.test_pages import app as app
from tests.components.test_pages import opened as opened_page
from tests.components.test_pages import ran
from xai_core.base.errors import Cancelled

pytestmark = pytest.mark.xdist_group("app")


def progress(app: AppTest) -> list[str]:
    return [one.proto.text for one in app.main.get("progress")]


def until_told(app: AppTest, job: Any, text: str) -> None:
    for _ in range(600):
        if any(text in one for one in progress(app)):
            return
        job.wait(0.1)
        ran(app)
    raise AssertionError(progress(app))


def test_a_computation_that_waits_says_how_many_go_first_and_can_be_cancelled(
    app: AppTest,
) -> None:
    space = opened_page(app, "pages/compare/heatmaps.py").session_state[KEY]
    file = processes.file_of(space.sources[space.source])
    with processes.models().borrow(file) as held:
        opened = OpenModel(held.card, held.worker.protection)
        processes.known().get((file, "card"), lambda: opened)
        app.button(key="heatmaps-start").click()
        ran(app)
        job = app.session_state[KEY].job
        until_told(app, job, "Waiting for a free process: 1 before you.")
        app.button(key="heatmaps-cancel").click()
        ran(app)
        job.wait(60)
        assert isinstance(job.error, Cancelled)
        assert held.worker.alive
    kept = app.session_state[KEY].run
    ran(app)
    assert app.session_state[KEY].job is None
    assert app.session_state[KEY].run is kept
    assert not app.error
