"""The result bar: whose maps these are, what has changed since, and what goes along with a link."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.methods import changes
from components.runs import copy_link, export
from components.session.state.workspace import KEY
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from tests.components.test_runs import HOSTILE, started
from tests.components.test_runs import store as store
from tests.report.test_pair_report import side
from tests.runs.small import small_run
from xai_core.compare.kept import beside
from xai_core.demo.run import DEMO_METHODS, DEMO_PICTURE, demo_run
from xai_core.models.demo import MODEL_TITLE
from xai_core.runs.run import Guess
from xai_core.runs.store import RunStore

TUNE, HEATMAPS, TRUST = (f"pages/compare/{name}.py" for name in ("tune", "heatmaps", "trust"))
pytestmark = pytest.mark.xdist_group("app")


def test_every_result_page_says_whose_maps_these_are_and_what_changed(app: AppTest) -> None:
    space = app.session_state[KEY]
    space.run, space.target = demo_run(), None
    space.source, space.photo = MODEL_TITLE, DEMO_PICTURE
    space.settings = {name: dict(given) for name, given in DEMO_METHODS.items()}
    ran(app)
    whose = "**EfficientNet-Lite0 (ImageNet)** on **rocket** ·] :small[missile (657) ·] :small[base"
    changed = "Chosen since these maps were computed: class missile (657) → projectile (744)."
    chips = next(one for one in app.button_group if str(one.key).startswith("likely-"))
    assert chips.value == 657
    chips.set_value(744)
    ran(app)
    assert space.target == 744
    for page, key in ((TUNE, "tune"), (TRUST, "trust")):
        told = texts(opened(app, page))
        assert whose in told
        assert "not what is chosen now" in told
        assert changed in told
        assert not app.button(key=f"{key}-mend").disabled
    told = texts(opened(app, HEATMAPS))
    assert "missile (657) ·] :small[before removal]" in told
    assert changed in told
    app.button(key="heatmaps-put-back").click()
    ran(app)
    assert space.target is None
    assert "Chosen since" not in texts(app)
    assert "up to date" in texts(app)


def test_a_change_names_old_and_new_value() -> None:
    run = small_run(guesses=(Guess(1, "class 1", 0.75),))
    assert run.target_label == "class 1"
    assert changes.Change("picture", "cat", "dog").told == "picture cat → dog"


def test_a_note_is_kept_by_the_owner_and_shown_as_text(store: RunStore) -> None:
    mine, foreign = store.save(small_run()), store.save(small_run(2), owner="user-ann")
    store.change(foreign, note=HOSTILE)
    app = started(run=mine)
    assert "Note of the sender" not in texts(app)
    app.session_state["start-share"] = True
    ran(app)
    app.text_area(key=f"note-{mine}").set_value("Look at the **left** edge\nand below")
    ran(app)
    assert store.note(mine) == "Look at the **left** edge\nand below"
    assert r"**Note of the sender:** Look at the \*\*left\*\* edge and below" in texts(app)
    assert copy_link.HERE in texts(app)
    other = started(run=foreign)
    assert "**Note of the sender:** " in texts(other)
    assert HOSTILE not in texts(other)
    other.session_state["start-share"] = True
    ran(other)
    other.text_area(key=f"note-{foreign}").set_value("mine")
    ran(other)
    assert store.note(foreign) == HOSTILE.strip()


def test_a_link_opens_the_same_two_models(store: RunStore) -> None:
    pair = (side(1, "<b>net</b>"), side(2, "other"))
    first, second = (store.save(one.run, "", "", one.verdict, beside(one)) for one in pair)
    store.change(first, note="Look **here**")
    app = started(page="models", first=first, second=second, quantile="0.2")
    told = texts(app)
    assert r"[**A \<b\>net\</b\>**] :small[and **B other** on **noise** ·] :small[b (1) ·]" in told
    assert "kept result" in told
    assert r"**Note of the sender:** Look \*\*here\*\*" in told
    assert "Their maps differ" in told
    assert "On screen is a kept comparison." in told
    app.session_state["models-share"] = True
    ran(app)
    assert app.text_area(key=f"note-{first}").value == "Look **here**"
    assert "no link leads to it" not in texts(app)
    gone = started(page="models", first=first, second="x" * 22)
    assert "There is no such run on this server." in texts(gone)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("localhost:8501", copy_link.HERE),
        ("127.0.0.1", copy_link.HERE),
        ("[::1]:80", copy_link.HERE),
        ("192.168.1.5:8501", copy_link.NETWORK),
        ("lab-server:8501", copy_link.NETWORK),
        ("pedestal.example.org", ""),
        ("93.184.216.34", ""),
    ],
)
def test_a_link_says_who_can_open_it(host: str, told: str) -> None:
    assert copy_link.reach(f"http://{host}/?page=tune") == told


def test_files_are_named_by_model_picture_and_day() -> None:
    stem = export.stem("../a net", "pic/ture.png", "2026-11-24T06:00:00+00:00")
    assert stem == "pedestal-a_net-pic_ture.png-2026-11-24"
