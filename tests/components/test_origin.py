"""The model and the picture of a run are found by what they are, not by their names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.session import decoding, origin
from components.session.state.workspace import Workspace, fresh
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, Prepared

pytestmark = pytest.mark.xdist_group("app")


def renamed() -> Workspace:
    """The example's files under other names; another picture has the name of its own."""
    space = fresh()
    source, photo = space.sources[space.source], space.photos[space.photo]
    another = next(one for one in space.photos.values() if one.path != photo.path)
    space.sources = {"mine.pt": replace(source, title="mine.pt")}
    space.photos = {space.photo: another, "mine.png": photo}
    return space


def test_they_are_found_under_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    space, asked = renamed(), list[str]()

    def prepared(path: str, _spec: InputSpec) -> Prepared:
        asked.append(path)
        pixels = space.run.pixels
        return Prepared(np.zeros((1, 3, *pixels.shape[:2]), np.float32), pixels, space.run.content)

    monkeypatch.setattr(decoding, "prepared", prepared)
    assert origin.lacking(space) is None
    assert origin.of_run(space)[0].title == "mine.pt"
    assert asked == [str(space.photos["mine.png"].path)]


def buttons() -> None:
    from components.session.state.workspace import workspace
    from components.trust import control_job, measuring
    from components.trust.measurements import Measurements

    space = workspace()
    space.sources = {}
    control_job.show(space, key="controls")
    missing = (("deletion", "fusiongrad"),)
    found = Measurements(space.run, space.run.recipe, ("deletion",), {}, missing)
    measuring.show(space, found, key="metrics")


def test_nothing_is_offered_that_needs_them() -> None:
    app = AppTest.from_function(buttons, default_timeout=60).run()
    assert not app.exception
    assert [one.disabled for one in app.button] == [True, True]
    assert all("model of these maps is gone" in one.help for one in app.button)


def test_what_is_gone_is_said_before_a_click() -> None:
    space = renamed()
    space.photos = {}
    assert "picture of these maps is gone" in str(origin.lacking(space))
    with pytest.raises(InputError, match="picture of these maps is gone"):
        origin.of_run(space)
    space.sources = {}
    assert "model of these maps is gone" in str(origin.lacking(space))
    with pytest.raises(InputError, match="model of these maps is gone"):
        origin.of_run(space)
