"""What a person chose stays chosen: twice in a row, with another model, on another page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Multiselect, Selectbox

from components.model.form import other_inputs
from components.session.state.workspace import KEY, Pending, Workspace
from components.sidebar.target_fields import OTHER
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran
from xai_core.attribution.methods.base import METHODS
from xai_core.maps.recipe import Recipe
from xai_core.models.demo import MODEL_TITLE
from xai_core.pictures.demo import picture_path
from xai_core.readiness.result import Availability, Verdict

HEATMAPS, MODEL, PAIR = (
    "pages/compare/heatmaps.py",
    "pages/model/readiness.py",
    "pages/compare/models.py",
)
pytestmark = pytest.mark.xdist_group("app")


def form() -> None:
    """A page of one widget each, whose session is `st.session_state.held`."""
    import streamlit as st

    from components.session import choice

    held = st.session_state.held
    if held["renewed"]:
        choice.renew("strict")
    held["many"] = choice.several(st.multiselect, "many", held["offered"], held["many"], key="many")
    held["single"] = choice.one(
        st.selectbox, "single", held["offered"], held["single"], key="single"
    )
    held["text"] = choice.value(st.text_input, "text", held["text"], key="text")
    typed = choice.value(st.text_input, "strict", held["strict"], key="strict", later=True)
    if typed.isdigit():
        held["strict"] = typed


def broken_off() -> None:
    """A page whose run is broken off after its field was drawn."""
    import streamlit as st

    from components.session import choice

    held = st.session_state.held
    with choice.drawn_to_its_end():
        choice.several(st.multiselect, "many", held["offered"], ["a", "b"], key="many")
        if held.pop("ends", False):
            st.stop()


def test_what_a_broken_off_run_said_is_said_again() -> None:
    """Streamlit drops what a run has said and not sent when a click or a timer starts the next."""
    page = AppTest.from_function(broken_off)
    page.session_state["held"] = held = {"offered": list("abc")}
    ran(page)
    held |= {"offered": ["c"], "ends": True}
    ran(ran(page))
    assert page.multiselect(key="many").value == []
    assert page.multiselect(key="many").proto.set_value
    ran(page)
    assert not page.multiselect(key="many").proto.set_value, "it has been said"


@pytest.fixture
def page() -> AppTest:
    held = {"offered": list("abc"), "many": ["a", "b"], "single": "b", "text": "", "strict": "1"}
    found = AppTest.from_function(form)
    found.session_state["held"] = {**held, "renewed": False}
    return ran(found)


def test_what_is_not_offered_comes_back_when_it_is(page: AppTest) -> None:
    held = page.session_state["held"]
    held["offered"] = ["c"]
    ran(page)
    assert (held["many"], held["single"]) == ([], "c")
    page.multiselect(key="many").select("c")
    ran(page)
    assert held["many"] == ["c"]
    held["offered"] = list("abc")
    ran(page)
    assert page.multiselect(key="many").value == held["many"] == ["a", "b", "c"]
    assert page.selectbox(key="single").value == held["single"] == "b"
    page.multiselect(key="many").unselect("a")
    held["offered"] = ["a", "c"]  # in the same moment
    ran(page)
    assert held["many"] == ["c"], "taken away by a person"


def test_what_somebody_else_wants_since_is_shown(page: AppTest) -> None:
    held = page.session_state["held"]
    page.multiselect(key="many").set_value(["c"])
    page.text_input(key="text").set_value("mine")
    ran(page)
    held |= {"many": ["b"], "single": "a", "text": "theirs"}
    ran(page)
    assert page.multiselect(key="many").value == held["many"] == ["b"]
    assert page.selectbox(key="single").value == held["single"] == "a"
    assert page.text_input(key="text").value == held["text"] == "theirs"


def test_what_is_refused_stays_in_its_field_until_it_is_renewed(page: AppTest) -> None:
    held = page.session_state["held"]
    for text, kept in (("2", "2"), ("many", "2"), ("more", "2"), ("3", "3")):
        page.text_input(key="strict").set_value(text)
        ran(page)
        assert (page.text_input(key="strict").value, held["strict"]) == (text, kept)
    held |= {"strict": "2", "renewed": True}
    ran(page)
    assert page.text_input(key="strict").value == held["strict"] == "2"


def test_of_choices_one_after_another_each_is_heard(app: AppTest) -> None:
    space: Workspace = app.session_state[KEY]
    _of(app, "Model").select(MODEL_TITLE)
    ran(app)
    for name in ("cat", "coffee", "rocket", "coffee"):
        _of(app, "Picture").select(name)
        ran(app)
        assert space.photo == _of(app, "Picture").value == name
    _of(app, "Class to explain").select(OTHER)
    ran(app)
    for index in (7, 9, 11):
        next(one for one in app.number_input if one.label == "Class index").set_value(index)
        ran(app)
        assert space.target == index


def test_of_models_one_after_another_each_is_heard(app: AppTest) -> None:
    space: Workspace = app.session_state[KEY]
    _open(app, "wafer-classifier", "gallery-healthy_network")
    titles = list(space.sources)
    for title in (titles[0], titles[1], titles[2], titles[0]):
        _of(app, "Model").select(title)
        ran(app)
        assert space.source == _of(app, "Model").value == title
    opened(app, PAIR)
    for title in (titles[1], titles[2], titles[1]):
        _of(app, "Second model (B)").select(title)
        ran(app)
        assert space.pairing.second == title
    _of(app, "First model (A)").select(titles[2])
    ran(app)
    assert space.source == _of(app, "Model").value == titles[2]
    _of(app, "Model").select(titles[0])
    ran(app)
    assert space.source == _of(app, "First model (A)").value == titles[0]


def test_methods_come_back_after_a_model_that_only_predicts(app: AppTest) -> None:
    space: Workspace = app.session_state[KEY]
    opened(app, HEATMAPS)
    _methods(app).set_value(["fusiongrad", "grad-cam"])
    ran(app)
    before, verdicts = space.source, space.verdicts
    verdicts[before] = _verdict("occlusion")
    ran(app)
    assert _methods(app).value == []
    verdicts[before] = _verdict("occlusion", "grad-cam")
    ran(app)
    assert _methods(app).value == ["grad-cam"]
    del verdicts[before]
    ran(app)
    assert _methods(app).value == space.chosen == ["fusiongrad", "grad-cam"]


def test_methods_stay_with_another_model_and_on_another_page(app: AppTest) -> None:
    space: Workspace = app.session_state[KEY]
    opened(app, HEATMAPS)
    first = space.source
    _open(app, "wafer-classifier")
    opened(app, HEATMAPS)
    _methods(app).select("grad-cam")
    ran(app)
    wanted = ["guided-backprop", "fusiongrad", "grad-cam"]
    for page in (PAIR, "pages/compare/pictures.py", HEATMAPS):
        opened(app, page)
        assert _methods(app).value == space.chosen == wanted
    _of(app, "Model").select(first)
    ran(app)
    assert _methods(app).value == space.chosen == wanted


def test_a_recipe_from_elsewhere_is_shown_where_another_was_chosen(app: AppTest) -> None:
    space: Workspace = app.session_state[KEY]
    opened(app, "pages/compare/tune.py")
    app.selectbox(key="recipe-sign").set_value("negative")
    ran(app)
    space.recipe = Recipe(sign="positive")
    ran(app)
    assert app.selectbox(key="recipe-sign").value == space.recipe.sign == "positive"


def lines() -> None:
    """The form of an upload, alone."""
    import streamlit as st

    from components.model.form import other_inputs

    other_inputs.show(st.session_state.pending)


def test_lines_for_other_inputs_are_heard_one_after_another() -> None:
    page, pending = AppTest.from_function(lines), Pending("model.bin", picture_path("cat"))
    page.session_state["pending"] = pending
    ran(page)
    for text in ("mask = 0", "mask = 0.5", "mask = 1"):
        page.text_area[0].set_value(text)
        ran(page)
        assert page.session_state["pending"].others == page.text_area[0].value == text


def test_a_file_takes_the_place_of_the_line_that_waits_for_it() -> None:
    waiting = "mask = 0\ndepth = 0"
    assert other_inputs.with_file(waiting, "depth.png") == "mask = 0\ndepth = depth.png"
    assert other_inputs.with_file(waiting, "scan 3.png") == "mask = scan 3.png\ndepth = 0"
    assert other_inputs.with_file("mask = 0.5", "depth.npy") == "mask = 0.5\ndepth = depth.npy"


def _of(app: AppTest, label: str) -> Selectbox:
    return next(one for one in app.selectbox if one.label == label)


def _methods(app: AppTest) -> Multiselect:
    return next(one for one in app.multiselect if one.label == "Methods")


def _open(app: AppTest, *keys: str) -> None:
    for key in keys:
        opened(app, MODEL)
        app.button(key=key).click()
        ran(app)


def _verdict(*available: str) -> Verdict:
    methods = {
        name: Availability(name in available, None if name in available else "no gradient")
        for name in METHODS.names()
    }
    return Verdict("model", "", "", "inference-only", "", methods=methods)
