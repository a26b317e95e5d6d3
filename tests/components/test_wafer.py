"""One click opens a wafer network with a picture; the ranking then has the localisation."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.ranking.localisation import MASS, RANK
from components.session.state.workspace import KEY
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from xai_core.demo.run import demo_run
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import WaferExhibit, wafer_exhibits

pytestmark = pytest.mark.xdist_group("app")


@pytest.mark.parametrize("exhibit", wafer_exhibits(), ids=lambda one: one.name)
def test_one_click_opens_it(app: AppTest, exhibit: WaferExhibit) -> None:
    opened(app, "pages/model/readiness.py")
    app.button(key=f"wafer-{exhibit.name}").click()
    ran(app)
    assert not app.error
    space = app.session_state[KEY]
    assert space.source == f"Gallery: {exhibit.title}"
    assert space.photo == EXAMPLES[exhibit.picture].title
    assert space.target == exhibit.target
    assert {one.title for one in EXAMPLES.values()} <= set(space.photos)


def test_the_ranking_says_how_much_of_a_map_lies_in_the_defect(app: AppTest) -> None:
    app.session_state[KEY].run = demo_run()
    opened(app, "pages/compare/tune.py")
    assert MASS not in app.dataframe[0].value
    opened(app, "pages/model/readiness.py")
    app.button(key="wafer-classifier").click()
    ran(app)
    app.session_state[KEY].chosen = ["grad-cam", "guided-backprop"]
    opened(app, "pages/start/overview.py")
    app.button(key="overview-start").click()
    ran(app)
    job = app.session_state[KEY].job
    if job is not None:  # it may have ended already
        job.wait(600)
        ran(app)
    opened(app, "pages/compare/tune.py")
    table = app.dataframe[0].value
    assert table[MASS].between(2, 100).all()
    assert table[RANK].between(5, 100).all()
    assert "The defect of this picture is known" in texts(app)
    opened(app, "pages/compare/heatmaps.py")
    assert app.toggle(key="outline").value
