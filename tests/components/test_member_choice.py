"""A package with several models on the model page: one is chosen before, another one afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.model.form import member_choice
from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from tests.components.test_uploads import MODEL_PAGE, click, give
from tests.handover.packed import network, saved, zipped

pytestmark = pytest.mark.xdist_group("app")


def test_one_of_several_is_chosen_and_another_one_later(app: AppTest, tmp_path: Path) -> None:
    data = saved(network(), tmp_path / "net.pth")
    path = zipped(tmp_path / "nets.zip", {"first/net.pth": data, "second.pth": data})
    opened(app, MODEL_PAGE)
    give(app, "PyTorch", "nets.zip", path.read_bytes())
    assert any("holds 2 models" in one.value for one in app.info)
    assert "Open this model" not in [one.label for one in app.button]
    chosen = next(one for one in app.selectbox if one.label == member_choice.LABEL)
    assert chosen.options == ["second.pth", "first/net.pth"]
    chosen.select_index(0)
    ran(app)
    assert "Opened in it: second.pth" in texts(app)
    click(app, "Open this model")
    space: Workspace = app.session_state[KEY]
    assert space.sources["nets.zip"].options.member == "second.pth"
    next(one for one in app.selectbox if one.label == member_choice.LABEL).select_index(1)
    ran(app)
    assert space.sources["nets.zip"].options.member == "first/net.pth"
    assert not app.exception
