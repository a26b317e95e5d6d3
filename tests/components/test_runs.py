"""The page of kept runs, links to them, and what is said when a run's model is not here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from components.ranking import score_table
from components.ranking.score_table import NOTHING
from components.runs import clock, difference_words, link, search
from components.session import kept_runs
from components.session.jobs.keeper import Keeper
from components.session.state.workspace import KEY
from components.trust.metric_scatter import AXES
from tests.components.test_access import AUTH
from tests.components.test_pages import PAGES, ROOT, opened, ran, texts
from tests.runs.small import small_run
from tests.studies.small_study import small_study
from xai_core.demo.run import demo_run
from xai_core.maps.recipe import Recipe
from xai_core.runs.difference import Change, Row
from xai_core.runs.store import RunStore

pytestmark = pytest.mark.xdist_group("app")
RUNS = "pages/share/runs.py"
HOSTILE = "<script>alert(1)</script> [x](http://evil) **b**"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    monkeypatch.setattr(kept_runs, "at_the_machine", lambda address, headers: True)
    return RunStore(tmp_path / "runs")


def started(**words: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    for name, word in words.items():
        app.query_params[name] = word
    return ran(app)


def test_a_kept_study_is_listed_opened_deleted_and_never_compared(store: RunStore) -> None:
    app = opened(started(), RUNS)
    assert not app.text_input, "there is nothing to search"
    name = store.save(small_study(model=HOSTILE))
    store.save(small_run())
    opened(app, RUNS)
    assert app.text_input(key=search.WORDS).value == ""
    assert not [one for one in app.expander if one.label == "Compare two runs"]
    app.button(key=f"open-{name}").click()
    ran(app)
    assert "Guided Backprop is the least complex on 3 of 5 pictures" in texts(app)
    assert app.session_state[KEY].study_state.run_id == name
    opened(app, RUNS)
    app.checkbox(key=f"sure-{name}").check()
    ran(app)
    app.button(key=f"delete-{name}").click()
    ran(app)
    assert [one.study for one in store.entries()] == [False]
    assert app.session_state[KEY].study_state.opened is None


def test_a_link_opens_its_run_quantile_and_methods(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = store.save(small_run(recipe=Recipe(sign="positive", grid=(8, 8), crop=(0, 0, 16, 16))))
    view = "opacity:4,grid:x,sign:0,metrics-x:6,metrics-y:deletion"
    app = started(run=name, quantile="0.4", methods="smoothgrad", view=view)
    space = app.session_state[KEY]
    assert (space.run_id, space.run.model) == (name, "net")
    assert (space.chosen, space.quantile) == (["smoothgrad"], 0.4)
    assert (space.recipe.sign, space.recipe.grid) == ("absolute", (8, 8))
    assert app.session_state["opacity"] == 0.2
    # Earlier versions gave a metric's place, which stays; now it is the name.
    assert [app.session_state[axis] for axis in AXES] == ["random-logit", "deletion"]
    monkeypatch.setattr(link.st, "session_state", {"metrics-x": "random-logit"})
    assert link._view(space)["metrics-x"] == "random-logit"
    assert app.query_params["run"] in (name, [name])


def test_every_page_stands_when_the_models_file_is_not_here(store: RunStore) -> None:
    name = store.save(small_run(model=HOSTILE, picture=HOSTILE), owner="ann", name=HOSTILE)
    app = started(run=name)
    for page in PAGES:
        opened(app, page)
        assert not app.error, page
        assert "This run's model is not in this session" in texts(app)
        assert app.session_state[KEY].run_id == name


def test_the_demo_model_is_found_again_by_its_hash(store: RunStore) -> None:
    app = started(run=store.save(demo_run()))
    assert "This run's model is not" not in texts(app)
    assert "Chosen since" not in texts(app)


@pytest.mark.parametrize(
    ("page", "word", "name"),
    [
        ("ranking", "run", ""),
        ("ranking", "run", "../x"),
        ("ranking", "run", "A" * 22),
        ("ranking", "run", "x" * 5000),
        ("pictures", "study", "../x\0"),
    ],
)
def test_a_link_to_no_run_is_told_and_the_page_stands(
    store: RunStore, page: str, word: str, name: str
) -> None:
    app = started(
        page=page, **{word: name}, quantile="7", methods=",,", view="::,signed:9,opacity:-1"
    )
    assert ("There is no such run" in texts(app)) == bool(name)
    assert app.session_state[KEY].run_id is None
    assert app.session_state[KEY].quantile == 0.2


def test_runs_are_found_named_tagged_pinned_compared_and_deleted(store: RunStore) -> None:
    first, second = store.save(small_run(1)), store.save(small_run(2, model="other"))
    foreign = store.save(small_run(3, model="secret"), owner="user-ann")
    app = opened(started(), RUNS)
    assert "secret" not in texts(app)
    assert re.search(r"\d+ [kM]?B(ytes)? of \d\.\d GB on this server", texts(app)), texts(app)
    assert "**Saliency" in texts(app)
    assert "24 Nov 2026, 06:00 UTC" in texts(app)
    shown = [picture.proto.imgs[0].alt for picture in app.get("image")]
    assert shown.count("The picture noise") == 2
    assert "Heatmap by SmoothGrad" in shown
    assert len(app.table) == 2
    assert list(app.table[0].value.columns)[1:3] == ["Complexity, other", "Complexity, net"]
    app.text_input(key="runs-search").set_value("OTHER smooth")
    ran(app)
    assert [one.key for one in app.button if str(one.key).startswith("open-")] == [f"open-{second}"]
    app.text_input(key="runs-search").set_value("")
    ran(app)
    by_label = {one.label: one for one in app.text_input if one.proto.form_id == f"label-{first}"}
    by_label["Name"].set_value(HOSTILE)
    by_label["Tags, with commas between"].set_value("a, b")
    next(one for one in app.button if one.proto.form_id == f"label-{first}").click()
    ran(app)
    assert store.entry(first).label.name == HOSTILE
    assert store.entry(first).label.tags == ("a", "b")
    app.checkbox(key=f"sure-{second}").check()
    ran(app)
    app.button(key=f"delete-{second}").click()
    ran(app)
    assert {one.id for one in store.entries()} == {first, foreign}


def test_what_is_opened_by_a_link_is_listed_and_not_ones_own(store: RunStore) -> None:
    name = store.save(small_run(), owner="user-ann")
    app = opened(started(run=name), RUNS)
    assert "opened by a link" in texts(app)
    assert not [one for one in app.button if one.key == f"delete-{name}"]


def test_a_full_store_is_said_and_the_result_stays(store: RunStore) -> None:
    app = started()
    store.cap = 1
    keeper = Keeper(store, "")
    keeper.keep(small_run())
    space = app.session_state[KEY]
    space.run, space.keeper = replace(demo_run(), picture="mine"), keeper
    ran(app)
    assert "The result is not kept" in texts(app)
    app.session_state["start-share"] = True
    ran(app)
    assert "no link leads to it" in texts(app)
    assert app.session_state[KEY].run.picture == "mine"
    assert store.entries() == ()


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        (None, {"Host": "localhost:8501"}, True),
        ("127.0.0.1", {"Host": "127.0.0.1:8501"}, True),
        ("::1", {"Host": "[::1]:8501"}, True),
        ("192.0.2.7", {"Host": "localhost:8501"}, False),
        (None, {"Host": "pedestal.example.org"}, False),
        (None, {"Host": "localhost", "X-Forwarded-For": "192.0.2.7"}, False),
    ],
)
def test_only_who_sits_at_the_machine_counts_as_its_owner(
    address: str | None, headers: dict[str, str], local: bool
) -> None:
    assert kept_runs.at_the_machine(address, headers) == local


def test_from_elsewhere_without_a_login_a_session_lists_its_own(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_runs, "at_the_machine", lambda address, headers: False)
    store.save(small_run(model="secret"))
    app = opened(started(), RUNS)
    assert "secret" not in texts(app)
    store.save(small_run(model="mine"), owner=app.session_state[kept_runs.VISITOR])
    assert "mine" in texts(ran(app))
    assert "mine" not in texts(opened(started(), RUNS))


def test_with_a_login_everybody_lists_their_own(store: RunStore) -> None:
    store.save(small_run(model="of nobody"))
    for name in ("Ann", "Ben"):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
        app.secrets = {"auth": AUTH}
        app.user = {"is_logged_in": True, "iss": "provider", "sub": name, "email": "a@b.org"}
        opened(ran(app), RUNS)
        owner = "user-" + hashlib.sha256(f"provider {name}".encode()).hexdigest()
        store.save(small_run(model=f"of {name}"), owner=owner)
        assert f"of {name}" in texts(ran(app))
        assert "of nobody" not in texts(app)
        assert ("of Ann" in texts(app)) == (name == "Ann")


def test_what_differs_is_told_in_words_and_round_figures() -> None:
    changed = [
        Change("seconds", 2.390906184999949, 12.0),
        Change("created", "2026-11-29T14:05:09+00:00", "2026-11-29T15:00:00+02:00"),
        Change("model sha256", "3f2a9c1e" + "0" * 56, "81bc02aa" + "1" * 56),
        Change("architecture", None, "resnet18"),
        Change("quantile", 0.2, 0.123456, "recipe"),
        Change("std", 0.05, 0.2, "fusiongrad"),
        Change("fusiongrad", True, False, "fusiongrad"),
        Change("torch", "2.12", "2.13", "versions"),
    ]
    assert [difference_words.told(one) for one in changed] == [
        ("Time to compute", "2.4 s", "12.0 s"),
        ("Computed", "29 Nov 2026, 14:05 UTC", "29 Nov 2026, 13:00 UTC"),
        ("Bytes of the model's file", "fingerprint 3f2a 9c1e", "fingerprint 81bc 02aa"),
        ("Architecture", "not told", "resnet18"),
        ("Recipe: Baseline quantile", "0.2", "0.1235"),
        ("FusionGrad: std", "0.05", "0.2"),
        ("FusionGrad", "computed", "not computed"),
        ("Version of torch", "2.12", "2.13"),
    ]
    row = Row("saliency", 4.12345, None, 1, None, 5.0, None)
    assert score_table.cells(row) == ["Saliency", "**4.123** · place 1  \nraw 5.000", NOTHING, "–"]


def test_a_moment_is_told_in_the_browsers_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_zone", lambda: (ZoneInfo("Asia/Tokyo"), ""))
    assert clock.told("2026-11-29T20:05:09+00:00") == "30 Nov 2026, 05:05"
    assert clock.told("no time") == "no time"
