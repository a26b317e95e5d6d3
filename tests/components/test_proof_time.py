"""A model that is not proven yet, as a person finds it: the caution, and the button to go on."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.methods.availability import CAUTION, HELD, caution
from components.model.verdict import BADGES
from xai_core.attribution.methods.base import METHODS
from xai_core.base.finding import Finding
from xai_core.readiness.result import Availability, Verdict

LATE = Finding("time-limit", "error", "The limit of 60 s passed.", "Go on with more time.")


def verdict(level: str = "unproven", *, held: bool = False, late: bool = True) -> Verdict:
    allowed = Availability(True)
    refused = Availability(False, "It was not converted in time.")
    methods = {m.name: refused if held and m.needs_gradient else allowed for m in METHODS}
    found = (LATE,) if late else ()
    return Verdict("net.pt", "", "torch-eager", level, "So.", found, methods=methods)  # type: ignore[arg-type]


def page() -> None:
    import streamlit as st

    from components.model import proof_time
    from components.session.state.workspace import workspace

    proof_time.show(workspace(), st.session_state["verdict"])


def shown(given: Verdict) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["verdict"] = given
    app.run()
    assert not app.exception
    return app


def test_maps_go_with_a_caution_except_those_of_a_conversion() -> None:
    assert caution(verdict()) == CAUTION
    assert caution(verdict(held=True)) == HELD
    assert caution(verdict("ready", late=False)) is None
    assert caution(None) is None


def test_going_on_gives_it_four_times_as_long() -> None:
    app = shown(verdict())
    assert app.warning[0].value == CAUTION
    (button,) = app.button
    assert button.label == "Go on proving"
    assert "240 s" in button.help
    button.click().run()
    space = app.session_state["workspace"]
    assert space.sources[space.source].options.patience == 4
    assert "960 s" in app.button[0].help


@pytest.mark.parametrize("level", BADGES)
def test_what_was_proven_has_no_button(level: str) -> None:
    assert not shown(verdict(level, late=False)).button
    assert BADGES[level]


def test_methods_share_their_reason() -> None:
    app = AppTest.from_function(_picker, default_timeout=60)
    app.session_state["verdict"] = verdict(held=True)
    app.run()
    assert not app.exception
    (told,) = [one.value for one in app.caption if "not converted in time" in one.value]
    assert "Saliency" in told or "Gradient" in told
    assert "Grad-CAM" in told


def _picker() -> None:
    import streamlit as st

    from components.methods import picker
    from components.session.state.workspace import workspace

    picker.show(workspace(), st.session_state["verdict"].methods)
