"""Pictures as a baseline: chosen on the page, kept with the run, found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.session import upload
from components.session.state.workspace import KEY
from components.session.text import plain
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.backgrounds import names

METHOD = "integrated-gradients"


def form() -> None:
    import streamlit as st

    from components.methods import baseline_chooser, form
    from components.session.state.workspace import workspace

    space = workspace()
    space.settings.setdefault("integrated-gradients", {"start": "picture"})
    form.show(space, "integrated-gradients")
    st.session_state["asked"] = baseline_chooser.names_by_text(space, space.settings)


def test_a_baseline_is_chosen_among_the_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    app = AppTest.from_function(form, default_timeout=60).run()
    assert not app.exception
    assert "until then" in app.info[0].value
    space = app.session_state[KEY]
    offered = app.multiselect(key=f"baseline-{METHOD}-chosen")
    assert space.photo not in offered.options
    offered.select(offered.options[0]).run()
    offered.select(offered.options[1]).run()
    text = space.settings[METHOD][backgrounds.PARAMETER]
    assert text.startswith("2:")
    called = names.shown(text, offered.options[:2])
    assert backgrounds.shown(text) != called
    assert app.caption[0].value == f"In use: {plain(called)}."
    assert app.run().session_state["asked"] == {text: offered.options[:2]}
    assert len(backgrounds.pictures_of(text)) == 2
    assert backgrounds.file_of(text).exists()
    taken = {path for one in upload.storage()._held.values() for path in one}
    assert {path for path in taken if path.parent == tmp_path / backgrounds.AREA} == {
        backgrounds.file_of(text)
    }
    offered.set_value([]).run()
    assert space.settings[METHOD][backgrounds.PARAMETER] == ""
    other = backgrounds.hold(np.ones((3, 3, 8, 8), np.float32))
    space.settings[METHOD][backgrounds.PARAMETER] = other  # as a kept run brings it
    app.run()
    assert space.settings[METHOD][backgrounds.PARAMETER] == other
    assert not app.multiselect(key=f"baseline-{METHOD}-chosen").value
    assert app.caption[0].value == f"In use: {plain(backgrounds.shown(other))}."
    first = next(iter(space.run.attributions.values()))
    chosen = {names.KEPT: ["/home/jo/[blank](http://x).png"]}
    brought = replace(first, parameters={backgrounds.PARAMETER: other}, chosen=chosen)
    space.run = replace(space.run, attributions={METHOD: brought})
    app.run()
    told = plain(names.shown(other, ["x).png"]))
    assert app.caption[0].value == f"In use: {told}."
    assert app.session_state["asked"] == {other: ["x).png"]}
