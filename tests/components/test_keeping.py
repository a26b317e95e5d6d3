"""What a tab has chosen comes back: from memory after a reload, from the disk after a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.runs import link
from components.session.jobs.job import Job
from components.session.jobs.keeper import Keeper
from components.session.keeping import parts, registry, results, trust
from components.session.keeping.registry import Held
from components.session.state.sources import Photo, Source
from components.session.state.workspace import KEY, Workspace
from components.session.visitor import identity
from tests.components.test_pages import ROOT, ran, texts
from xai_core.base.storage.files import keep, keep_code
from xai_core.base.storage.states import StateStore
from xai_core.base.target import Target
from xai_core.demo.gallery import gallery
from xai_core.demo.run import demo_run
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import OtherInput
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.run import Run
from xai_core.runs.store import RunStore

NAME = "a" * 64
assert link.LOOKS  # whose widgets are kept, too
pytestmark = pytest.mark.xdist_group("app")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    yield tmp_path
    st.cache_resource.clear()


def opened(name: str = NAME) -> Held:
    """The workspace, from the disk."""
    return Held(name, StateStore(), lambda _: None)


def kept(change: object = None) -> Held:
    """A workspace in which something has been chosen since its first page."""
    held = opened()
    held.save()
    if callable(change):
        change(held.space)
    held.save()
    return held


def trusted(options: LoadOptions | None = None) -> Source:
    code = keep_code({"net.py": b"x = 1"})
    given = LoadOptions(architecture="net:build", code=code, trust=True)
    return Source("fragile.pt", keep(b"pickle", "models"), options or given, ("a", "b"))


def choose(space: Workspace) -> None:
    """A bit of everything."""
    others = (OtherInput.of_text("meta = 0 @ 1,16"),)
    spec = InputSpec.for_shape(1, 32, 48)
    options = LoadOptions(output="['aux']", other_inputs=others)
    space.add_source(Source("mine.pt", keep(b"m", "models"), options, ("x", "y"), spec))
    space.add_photo(Photo("mine.png", keep(b"p", "pictures")))
    space.target = Target("margin", {"index": 1})
    space.chosen, space.seed, space.autocast = ["saliency", "smoothgrad"], 7, True
    space.settings["smoothgrad"] = {**space.parameters("smoothgrad"), "sg_std": 0.3}
    space.recipe = Recipe(channels="l2", sign="positive", grid=(14, 14))
    space.quantile, space.anyway = 0.37, {"mine.pt"}
    space.pairing.second, space.pairing.own_class = "mine.pt", True
    mask = keep(b"r", "pictures")
    space.study_state.add(Photo("many.png", keep(b"q", "pictures"), mask))
    space.study_state.metrics, space.study_state.localise = ["sparseness"], True
    space.study_state.maps, space.study_state.maps_count = "most", 7
    space.study_state.removal = 0.35
    space.study_state.target = space.study_state.index = 3
    space.scaling.group, space.scaling.reference = ["0" * 16], ["f" * 16]
    space.noise_state.pictures, space.noise_state.classes = ["cat"], {"cat": 281}
    space.view = {"opacity": 0.5, "signed": True}
    space.run = demo_run()
    space.run_id = RunStore().save(space.run)
    space.addressed, space.linked = space.run_id, {space.run_id}


SAME = (
    *("sources", "photos", "source", "photo", "target", "chosen", "seed", "autocast", "recipe"),
    *("settings", "quantile", "anyway", "pairing", "study_state", "scaling", "view", "run_id"),
    *("addressed", "linked", "noise_state"),
)


def test_all_that_is_chosen_comes_back_from_the_disk() -> None:
    before, after = kept(choose).space, opened().space
    for name in SAME:
        one, other = getattr(before, name), getattr(after, name)
        if hasattr(one, "turn"):  # another queue is another thing
            one.turn = other.turn
        assert other == one, name
    assert after.run.created == before.run.created
    assert not after.notes


def test_a_workspace_in_which_nothing_was_chosen_is_not_written(data: Path) -> None:
    kept()
    assert not (data / "workspaces").exists()


def test_trust_holds_in_this_process_and_is_asked_for_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def change(space: Workspace) -> None:
        shown = gallery()[0]
        ours = LoadOptions(code=(shown.code_path,), trust=True)
        space.add_source(Source("Gallery: one", shown.model_path, ours))
        space.add_source(trusted())
        space.target = 1

    kept(change)
    assert opened().space.source == "fragile.pt"
    monkeypatch.setattr(trust, "_secret", b"of another process")
    space = opened().space
    assert "Gallery: one" in space.sources  # what ships with the program is its own
    assert "fragile.pt" not in space.sources
    assert "was opened with trust" in space.notes[0]
    waiting = space.again["fragile.pt"]
    assert (waiting.code, waiting.architecture) == ({"net.py": b"x = 1"}, "net:build")
    assert waiting.labels == ("a", "b")
    space.add_source(trusted())
    assert space.target == 1
    assert not space.again


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_gone_from_the_disk_is_told(turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if turned:  # whatever was imported first
        monkeypatch.setattr(parts, "_parts", dict(reversed(parts._parts.items())))
    held = kept(choose)
    held.space.photos["mine.png"].path.unlink()
    RunStore().delete(str(held.space.run_id))
    space = opened().space
    assert space.photo != "mine.png"
    assert space.target is None
    assert space.notes == [
        "mine.png is no longer on the server; upload it again.",
        results.LOST,
    ]


def test_a_job_that_was_running_is_told_as_interrupted_and_one_that_ended_is_on_screen() -> None:
    go = threading.Event()
    run = replace(demo_run(), model="another")

    def work(tick: object, cancel: object) -> Run:
        go.wait(60)
        keeper.keep(run)
        return run

    keeper = Keeper(RunStore(), "")
    held = kept()
    held.space.keeper, held.space.job = keeper, Job(work, held.visit.changed)
    held.save()
    space = opened().space
    assert space.failure == results.INTERRUPTED
    assert space.notes == ["Computing maps was interrupted before it was done."]
    job = held.space.job
    go.set()
    job.wait(60)
    space = opened().space  # nobody looked, nobody saved: the job's own end did
    assert (space.run_id, space.run.model, space.failure) == (keeper.id, "another", None)


def test_a_reload_shows_the_same_workspace_and_another_tab_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab = NAME
    monkeypatch.setattr(identity, "workspace_name", lambda: tab)
    first = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    space = first.session_state[KEY]
    space.view["opacity"] = 0.5
    space.seed = 5
    space.notes.append("Told once.")
    ran(first)
    again = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    assert again.session_state[KEY] is space
    assert again.session_state["opacity"] == 0.5
    assert "Told once." in texts(again)
    again.button(key="notes-read").click()
    assert "Told once." not in texts(ran(again))
    registry._registry.clear()
    restarted = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    assert restarted.session_state[KEY] is not space
    assert restarted.session_state[KEY].seed == 5
    tab = "b" * 64
    other = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))
    assert other.session_state[KEY].seed == 0
