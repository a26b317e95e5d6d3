"""A large study of the page is a job: computed in its own process, seen by the page, cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components.pictures import computing, own_process
from components.pictures import study as page
from components.session.state.workspace import Source
from tests.studies.jobs.tiny import BROKEN, make
from tests.studies.small_study import small_study
from tests.studies.study_process import SETTING, subjects
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.limits import Limits
from xai_core.studies.computation import Subject
from xai_core.studies.jobs.lock import held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Status, read_status
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.shards import Row, Shards
from xai_core.studies.store import Study


def test_it_is_computed_seen_and_cancelled(tmp_path: Path) -> None:
    plan = make(tmp_path, 30)
    pictures, source = subjects(Path(plan.where)), Source("net.pt", plan.model)
    study, told = Study(plan.setting, tmp_path / "studies"), list[tuple[int, int]]()
    asked = (source, pictures, plan.methods)
    refused = own_process.compute(
        study, *asked, lambda done, total: told.append((done, total)), threading.Event()
    )
    assert set(refused) == {f"{number:03d}.png" for number in BROKEN}
    assert told[0] == (0, 30)
    table = Study(plan.setting, tmp_path / "studies").table(
        [one.sha256 for one in pictures], plan.methods
    )
    assert table.done == 28

    def leave(done: int, total: int) -> None:
        raise Cancelled

    other = Study(replace(plan.setting, seed=9), tmp_path / "studies")
    with pytest.raises(Cancelled):
        own_process.compute(other, *asked, leave, threading.Event())
    status = tmp_path / "studies" / other.setting.key
    assert not (status / "status.json").exists() or read_status(status).state != "running"


class Slow:
    """A job that takes a moment, and remembers what was asked of it."""

    running = most = 0
    seconds = 0.3
    plans: list[Plan]
    cancelled: list[Path]

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.folder, self._end = folder, time.monotonic() + self.seconds
        Slow.plans.append(plan)
        Slow.running += 1
        Slow.most = max(Slow.most, Slow.running)

    def wait(self, seconds: float) -> Status:
        time.sleep(0.02)
        if time.monotonic() < self._end:
            return Status(done=1)
        Slow.running -= 1
        return Status(state="done")

    def cancel(self) -> None:
        Slow.cancelled.append(self.folder)
        self._end = 0.0


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Asks for a study of so many pictures by slow jobs."""
    plan = make(tmp_path, 8)
    pictures = subjects(Path(plan.where))
    study, source = Study(plan.setting, tmp_path / "studies"), Source("net.pt", plan.model)
    study.keep_to(plan.pace)
    Slow.plans, Slow.cancelled, Slow.running, Slow.most = [], [], 0, 0
    monkeypatch.setattr(own_process, "start_job", Slow)
    monkeypatch.setattr(own_process, "LOOK", 0.02)

    def ask(count: int = 8, cancel: threading.Event | None = None) -> Study:
        cancel = cancel or threading.Event()
        chosen = pictures[:count]
        own_process.compute(study, source, chosen, plan.methods, lambda *_: None, cancel)
        return study

    return ask


def test_visitors_of_one_study_take_turns_each_with_their_own_pictures(
    asked: Callable[..., Any],
) -> None:
    both = [threading.Thread(target=asked, args=(count,)) for count in (3, 5)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert Slow.most == 1
    lists = [Path(plan.where).read_text().splitlines() for plan in Slow.plans]
    assert sorted(map(len, lists)) == [4, 6]


def test_anothers_job_is_waited_for_and_never_cancelled(
    asked: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder,) = (tmp_path / "studies").iterdir()
    cancel = threading.Event()
    with held(folder):
        threading.Timer(0.1, cancel.set).start()
        with pytest.raises(Cancelled):
            asked(cancel=cancel)
        assert not Slow.plans
        assert not (folder / "cancel").exists()
        waiting = threading.Thread(target=asked)
        waiting.start()
        time.sleep(0.1)
        assert not Slow.plans
    waiting.join()
    assert len(Slow.plans) == 1
    cancel.clear()
    plain = Slow.wait

    def while_it_runs(job: Slow, seconds: float) -> Status:
        cancel.set()
        return plain(job, seconds)

    monkeypatch.setattr(Slow, "seconds", 3600.0)
    monkeypatch.setattr(Slow, "wait", while_it_runs)
    with pytest.raises(Cancelled):
        asked(cancel=cancel)
    assert Slow.cancelled == [folder]


def test_a_job_keeps_to_what_the_server_gives(
    asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_process, "own_cores", lambda: 32)
    monkeypatch.setattr(own_process, "shares_of", lambda: [None] * 4)
    for allowed, expected in ((2, 2), (0.5, 1), (9, 4)):
        monkeypatch.setattr(own_process, "limits", lambda most=allowed: Limits(workers=most))
        asked()
        assert Slow.plans[-1].workers == expected


def test_maps_of_many_pictures_are_kept_by_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """All in the pass over them, some by score in one of their own; of few by the page's model."""
    asked: list[tuple[int, object]] = []
    study: Any = SimpleNamespace(begun=True)
    monkeypatch.setattr(own_process, "MANY", 3)
    monkeypatch.setattr(
        own_process, "compute", lambda *given, maps: asked.append((len(given[2]), maps)) or {}
    )
    monkeypatch.setattr(
        computing, "conduct", lambda *given, **how: asked.append((len(given[1]), given[0])) or {}
    )
    access: Any = SimpleNamespace(lender=lambda source: None)
    maps, rest = StudyMaps(SETTING, Path("study")), (lambda *_: None, threading.Event())
    for count in (4, 2):
        pictures = [Subject(str(n), Path(str(n)), str(n)) for n in range(count)]
        how: Any = (access, None, None, None, study, pictures, {}, None)
        found = computing.Computing(*how)
        found.scores(*rest, None)
        found.maps_of(pictures[:1], maps, *rest)
    assert asked == [(4, ()), (1, ("all",)), (2, study), (1, maps)]


def test_a_study_that_lacks_pictures_is_not_kept() -> None:
    found = small_study()
    assert page._whole(found) is found
    with pytest.raises(XaiError, match="Of 6 pictures only 4 are computed"):
        page._whole(replace(found, table=replace(found.table, done=4)))


def test_anothers_refusal_of_a_name_drops_no_picture_of_ones_own(
    asked: Callable[..., Any], tmp_path: Path
) -> None:
    first, second, third, *_ = subjects(tmp_path / "pictures")
    study, plan = asked(), Slow.plans[-1]
    Shards(study.folder).write(
        [
            Row(one.sha256, one.name, name, given)
            for one in (first,)
            for name, given in plan.methods.items()
        ]
        + [
            Row.refused("f" * 64, first.name, "A stranger's, broken."),
            Row.refused("", first.name, "A stranger's, gone."),
            Row.refused(second.sha256, "called otherwise.png", "Broken."),
            Row.refused("", third.name, "Gone."),
        ]
    )
    assert asked_for(study, plan, [first, second, third]) == {
        second.name: "Broken.",
        third.name: "Gone.",
    }


def asked_for(study: Study, plan: Plan, pictures: list[Subject]) -> dict[str, str]:
    source, cancel = Source("net.pt", plan.model), threading.Event()
    return own_process.compute(study, source, pictures, plan.methods, lambda *_: None, cancel)
