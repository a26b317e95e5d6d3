"""Answers that are frames but cannot be the answer: the process is not believed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from xai_core.base.errors import Cancelled, ModelError, WorkerError
from xai_core.base.progress import Preview
from xai_core.worker import Worker
from xai_core.worker.call import Call
from xai_core.worker.connection import Connection
from xai_core.worker.wire.protocol import Frame

OURS = object()


class Scripted:
    """In place of a process: gives the headers it was made with, one after the other."""

    def __init__(self, *headers: Mapping[str, Any]) -> None:
        self.headers = list(headers)
        self.killed = False
        self.sent: list[Frame] = []

    def send(self, frame: Frame, limit: float) -> None:
        self.sent.append(frame)

    def receive(self, timeout: float) -> Frame | None:
        if not self.headers:
            return None
        header = self.headers.pop(0)
        number = self.sent[0].header["id"]
        return Frame({k: number if v is OURS else v for k, v in header.items()})

    def kill(self) -> None:
        self.killed = True


def ask(process: Scripted, **options: Any) -> Frame:
    return Call(process, 0.5, **options).run("predict", {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"id": 0, "kind": "result"},
        {"id": "1", "kind": "result"},
        {"id": OURS},
        {"id": OURS, "kind": "surprise"},
        {"id": OURS, "kind": ["result"]},
        {"id": OURS, "kind": "error"},
        {"id": OURS, "kind": "error", "error": {"facts": 3}},
        {"id": OURS, "kind": "progress"},
        {"id": OURS, "kind": "progress", "done": 3, "total": 2},
        {"id": OURS, "kind": "progress", "done": -1, "total": 2},
        {"id": OURS, "kind": "progress", "done": True, "total": 2},
        {"id": OURS, "kind": "progress", "done": "1", "total": 2},
    ],
)
def test_an_answer_that_is_none_ends_the_process(header: dict[str, Any]) -> None:
    process = Scripted(header)
    with pytest.raises(WorkerError, match="breaks the protocol"):
        ask(process)
    assert process.killed


MAP = np.ones((4, 5), np.float32)


def shown(error: object, *arrays: np.ndarray, expected: tuple[int, ...] | None = (4, 5)) -> list:
    """The previews that come through where the process sends one."""

    class Showing(Scripted):
        def receive(self, timeout: float) -> Frame | None:
            frame = super().receive(timeout)
            kind = frame and frame.header["kind"]
            return Frame(frame.header, arrays) if frame and kind == "preview" else frame

    class Watching:
        def __init__(self) -> None:
            self.seen: list[Preview] = []

        def __call__(self, done: int, total: int) -> None: ...

        def preview(self, make: Callable[[], Preview]) -> None:
            self.seen.append(make())

    watching = Watching()
    header = {"id": OURS, "kind": "preview", "error": error}
    process = Showing(header, header, {"id": OURS, "kind": "result"})
    try:
        ask(process, progress=watching, preview=expected)
    except WorkerError:
        assert process.killed
        raise
    return watching.seen


def test_previews_come_through_and_are_thinned_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_core.worker.call.PREVIEW_SECONDS", 3600.0)
    (one,) = shown(0.25, MAP)
    np.testing.assert_array_equal(one.values, MAP)
    assert one.error == 0.25
    assert shown(None, MAP)[0].error is None


@pytest.mark.parametrize("error", [-0.1, float("nan"), float("inf"), "0.1", True, [0.1]])
def test_an_error_that_is_none_is_a_lie(error: object) -> None:
    with pytest.raises(WorkerError, match="preview"):
        shown(error, MAP)


@pytest.mark.parametrize(
    "arrays",
    [(), (MAP, MAP), (MAP.T,), (MAP[None],), (MAP.astype(np.float64),), (MAP * np.nan,)],
)
def test_a_preview_that_does_not_belong_to_the_input_is_a_lie(
    arrays: tuple[np.ndarray, ...],
) -> None:
    with pytest.raises(WorkerError, match="preview"):
        shown(0.1, *arrays)


def test_a_preview_that_nobody_asked_for_is_a_lie() -> None:
    with pytest.raises(WorkerError, match="preview"):
        shown(0.1, MAP, expected=None)


def test_an_error_of_the_model_leaves_the_process() -> None:
    error = ModelError("It fails.", code="forward-failed").to_dict()
    process = Scripted({"id": OURS, "kind": "error", "error": error})
    with pytest.raises(ModelError, match="It fails"):
        ask(process)
    assert not process.killed


def test_no_answer_within_the_limit_ends_the_process() -> None:
    process = Scripted()
    with pytest.raises(WorkerError) as caught:
        ask(process)
    assert caught.value.code == "time-limit"
    assert process.killed


class Clocked(Scripted):
    """Every look for an answer takes 50 s of a clock of its own."""

    def __init__(self, *headers: Mapping[str, Any]) -> None:
        super().__init__(*headers)
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def receive(self, timeout: float) -> Frame | None:
        self.now += 50
        return super().receive(timeout)


@pytest.mark.parametrize(
    ("progress", "silence", "limit", "fails"),
    [
        (0, 120.0, 600.0, 120),
        (5, 120.0, 600.0, None),
        (20, 120.0, 600.0, 600),
        (5, float("inf"), 100.0, 100),
    ],
)
def test_what_is_silent_is_ended_and_what_makes_progress_is_not(
    monkeypatch: pytest.MonkeyPatch,
    progress: int,
    silence: float,
    limit: float,
    fails: int | None,
) -> None:
    step = {"id": OURS, "kind": "progress", "done": 0, "total": 9}
    ends = [] if progress in (0, 20) else [{"id": OURS, "kind": "result"}]
    process = Clocked(*[step] * progress, *ends)
    monkeypatch.setattr("xai_core.worker.call.time", process)
    call = Call(process, limit, silence=silence)  # type: ignore[arg-type]
    if fails is None:
        assert call.run("predict", {}).header["kind"] == "result"
        return
    with pytest.raises(WorkerError, match=f"limit of {fails} seconds"):
        call.run("predict", {})
    assert process.killed


def test_a_flood_of_progress_is_thinned_out_and_ends_at_the_limit() -> None:
    class Flood(Scripted):
        def receive(self, timeout: float) -> Frame | None:
            self.headers.append({"id": OURS, "kind": "progress", "done": 1, "total": 2})
            return super().receive(timeout)

    seen: list[int] = []
    process = Flood()
    with pytest.raises(WorkerError):
        ask(process, progress=lambda done, total: seen.append(done))
    assert 1 <= len(seen) <= 11
    assert process.killed


class Rerun(BaseException):
    """As Streamlit ends a script."""


@pytest.mark.parametrize("out", [Rerun, Cancelled, ValueError])
def test_a_callback_that_wants_out_stops_the_work_first(out: type[BaseException]) -> None:
    def progress(done: int, total: int) -> None:
        raise out

    process = Scripted(
        {"id": OURS, "kind": "progress", "done": 1, "total": 2},
        {"id": OURS, "kind": "progress", "done": 2, "total": 2},
        {"id": OURS, "kind": "error", "error": Cancelled().to_dict()},
    )
    with pytest.raises(out):
        ask(process, progress=progress)
    assert [frame.header["op"] for frame in process.sent] == ["predict", "cancel"]
    assert not process.killed


@pytest.mark.parametrize("shape", [(2,), (3, 1), ()])
def test_scores_that_do_not_belong_to_the_maps_are_a_lie(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Frame({"data": 0}, (np.ones(shape),) if shape else ())
    monkeypatch.setattr(Connection, "exchange", lambda *args, **options: answer)
    with Worker() as worker:
        with pytest.raises(WorkerError, match="breaks the protocol"):
            worker.score(np.ones((3, 4, 4)))
        assert not worker.alive
