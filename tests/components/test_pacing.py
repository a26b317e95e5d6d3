"""A model's pace is measured while nobody waits, and kept to from then on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.methods import pace as pacing
from components.session.processes import Access
from components.session.state.workspace import KEY, Source
from components.session.visitor.visit import Visit
from tests.components.test_pages import app as app
from tests.components.test_pages import ran
from xai_core.attribution.pace.cache import LONG, Paces
from xai_core.base.errors import Cancelled, InputError, WorkerError
from xai_core.base.pace import Pace
from xai_core.runs.run import Run
from xai_core.worker import Worker

pytestmark = pytest.mark.xdist_group("app")
INPUTS = np.zeros((1, 3, 8, 8), np.float32)
FAST = Pace(3, True)


class Held:
    """A session's access to a process, without one."""

    def __init__(self, *, awaited: bool = False, holds: bool = True) -> None:
        self.awaited, self.cancel, self._holds = awaited, threading.Event(), holds
        self.asked = 0
        self.before: Any = lambda: None

    def holds(self, source: object) -> bool:
        return self._holds

    @contextmanager
    def model(self, source: object, *, patient: bool) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(worker=self)

    def pace(self, inputs: np.ndarray, *, cancel: threading.Event) -> Pace:
        self.asked += 1
        self.before()
        if cancel.is_set():
            raise Cancelled
        return FAST


@pytest.fixture
def found(tmp_path: Path) -> Paces:
    return Paces(tmp_path / "paces.json")


def measured(access: Any, found: Paces) -> Pace | None:
    pacing._measure(access, found, "key", None, INPUTS)  # type: ignore[arg-type] # not looked at
    return found.of("key")


def computed(app: AppTest, samples: int) -> Run:
    space = app.session_state[KEY]
    space.settings["smoothgrad"] = {**space.parameters("smoothgrad"), "m": samples}
    ran(app)
    app.button(key="overview-start").click()
    ran(app)
    if space.job is not None:
        space.job.wait(600)
        ran(app)
    assert space.failure is None
    return space.run


def test_it_is_measured_once(found: Paces) -> None:
    access = Held()
    assert measured(access, found) == FAST
    assert measured(access, found) == FAST
    assert access.asked == 1


def test_it_is_left_for_another_time_where_somebody_waits(found: Paces) -> None:
    access = Held(awaited=True)
    assert measured(access, found) is None
    assert access.asked == 0


def test_it_is_stopped_as_soon_as_somebody_waits(found: Paces) -> None:
    access = Held()
    access.before = lambda: setattr(access, "awaited", True)
    assert measured(access, found) is None
    assert access.asked == 1


def test_it_is_stopped_when_the_visit_ends(found: Paces) -> None:
    access = Held()
    access.before = access.cancel.set
    assert measured(access, found) is None


def test_no_model_is_opened_for_it(found: Paces) -> None:
    access = Held(holds=False)
    assert measured(access, found) is None
    assert access.asked == 0


@pytest.mark.parametrize(
    ("code", "kept"), [("crashed", Pace()), ("memory-limit", Pace()), ("closed", None)]
)
def test_a_model_whose_process_dies_of_it_keeps_the_plain_one(
    found: Paces, code: str, kept: Pace | None
) -> None:
    access = Held()

    def die() -> None:
        raise WorkerError("dead", code=code)

    access.before = die
    assert measured(access, found) == kept


def for_many(access: Any, found: Paces, samples: int, inputs: Any = lambda: INPUTS) -> Pace:
    return pacing.for_many(access, found, "key", None, inputs, samples)  # type: ignore[arg-type]


def test_many_samples_to_come_pay_for_measuring_first(found: Paces) -> None:
    access = Held(awaited=True)  # whoever waits gets their turn after the first picture
    assert for_many(access, found, LONG - 1) == Pace()
    assert access.asked == 0
    assert for_many(access, found, LONG) == FAST
    assert for_many(access, found, LONG) == FAST
    assert for_many(access, found, 1) == FAST
    assert access.asked == 1


def test_where_it_cannot_be_measured_the_pace_is_plain(found: Paces) -> None:
    def broken() -> np.ndarray:
        raise InputError("no picture")

    assert for_many(Held(), found, LONG, broken) == Pace()
    access = Held()
    access.before = access.cancel.set
    with pytest.raises(Cancelled):
        for_many(access, found, LONG)


def test_what_is_computed_next_runs_at_the_pace(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    def pace(self: Worker, inputs: np.ndarray, *, cancel: threading.Event) -> Pace:
        done.set()
        return FAST

    monkeypatch.setattr(Worker, "pace", pace)
    monkeypatch.setattr(pacing, "PAUSE_SECONDS", 0.0)
    space = app.session_state[KEY]
    space.chosen[:] = ["saliency", "smoothgrad"]
    first = computed(app, 64)
    assert {one.pace for one in first.attributions.values()} == {Pace()}
    assert done.wait(60)
    for _ in range(600):
        if (tmp_path / "paces.json").exists():
            break
        time.sleep(0.1)
    second = computed(app, 8)
    paces = {name: one.pace for name, one in second.attributions.items()}
    assert paces == {"saliency": Pace(), "smoothgrad": FAST}


@pytest.mark.parametrize("gone", [True, False])
def test_who_has_gone_keeps_no_process(gone: bool, tmp_path: Path) -> None:
    """Borrowing says who uses a process; the visit's own farewell may have come before that."""
    users: set[object] = set()

    @contextmanager
    def borrow(_key: object, *, user: object, **_: object) -> Iterator[object]:
        users.add(user)
        yield object()

    access = object.__new__(Access)
    access._user = Visit(0.0)
    access._pool = SimpleNamespace(borrow=borrow, leave=users.discard)  # type: ignore[assignment]
    access._turn, access.cancel = None, threading.Event()
    (tmp_path / "m").touch()
    with access.model(Source("m", tmp_path / "m")):
        if gone:
            access._user.gone.set()
    assert bool(users) is not gone
