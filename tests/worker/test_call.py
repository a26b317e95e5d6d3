"""Answers that are frames but cannot be the answer: the process is not believed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from xai_core.errors import Cancelled, ModelError, WorkerError
from xai_core.worker import Worker
from xai_core.worker.call import Call
from xai_core.worker.link import Link
from xai_core.worker.protocol import Frame

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


def test_a_callback_that_wants_out_stops_the_work_first() -> None:
    class Rerun(BaseException):
        pass

    def progress(done: int, total: int) -> None:
        raise Rerun

    process = Scripted(
        {"id": OURS, "kind": "progress", "done": 1, "total": 2},
        {"id": OURS, "kind": "progress", "done": 2, "total": 2},
        {"id": OURS, "kind": "error", "error": Cancelled().to_dict()},
    )
    with pytest.raises(Rerun):
        ask(process, progress=progress)
    assert [frame.header["op"] for frame in process.sent] == ["predict", "cancel"]
    assert not process.killed


@pytest.mark.parametrize("shape", [(2,), (3, 1), ()])
def test_scores_that_do_not_belong_to_the_maps_are_a_lie(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Frame({"data": 0}, (np.ones(shape),) if shape else ())
    monkeypatch.setattr(Link, "exchange", lambda *args, **options: answer)
    with Worker() as worker:
        with pytest.raises(WorkerError, match="breaks the protocol"):
            worker.score(np.ones((3, 4, 4)))
        assert not worker.alive
