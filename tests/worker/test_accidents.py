"""Whatever a model does, the caller gets a result or a clear error, and can go on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.worker.conftest import OPTIONS
from xai_core.base.errors import Cancelled, ModelError, WorkerError
from xai_core.worker import Worker

Saver = Callable[[str], Path]
SOON = 30.0  # seconds; a call may take 600


@pytest.mark.parametrize(
    ("deed", "name", "code"),
    [
        ("exit", None, 3),
        ("segfault", "SIGSEGV", None),
        ("kill", "SIGKILL", None),
        ("kill-in-a-message", "SIGKILL", None),
    ],
)
def test_a_death_is_told_at_once_and_the_next_call_opens_the_model_again(
    misbehaving: Saver,
    inputs: np.ndarray,
    trigger: np.ndarray,
    deed: str,
    name: str | None,
    code: int | None,
) -> None:
    with Worker() as worker:
        worker.load(misbehaving(deed), OPTIONS)
        before, pid = worker.predict(inputs), worker.pid
        start = time.monotonic()
        with pytest.raises(WorkerError) as caught:
            worker.predict(trigger)
        assert time.monotonic() - start < SOON
        error = caught.value
        assert error.code == "crashed"
        assert "died" in error.message
        assert error.facts["signal"] == name
        if code is not None:
            assert error.facts["exit_code"] == code
        if deed == "segfault":
            assert any("misbehaving.py" in line for line in error.facts["log"])
        after = worker.predict(inputs)
        assert worker.pid != pid
        np.testing.assert_array_equal(before.scores, after.scores)


def test_a_kill_from_outside_during_a_call(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray
) -> None:
    with Worker() as worker:
        worker.load(misbehaving("loop"), OPTIONS)
        pid = worker.pid
        threading.Timer(2.0, os.kill, (pid, signal.SIGKILL)).start()
        start = time.monotonic()
        with pytest.raises(WorkerError, match="SIGKILL"):
            worker.predict(trigger)
        assert time.monotonic() - start < SOON
        assert not worker.alive
        assert worker.predict(inputs).shape == (1, 2)


@pytest.mark.parametrize("deed", ["loop", "loop-in-c"])
def test_the_time_limit_ends_an_endless_model(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray, deed: str
) -> None:
    with Worker() as worker:
        worker.load(misbehaving(deed), OPTIONS)
        start = time.monotonic()
        with pytest.raises(WorkerError) as caught:
            worker.explain(trigger, 0, "saliency", time_limit=1.0)
        assert time.monotonic() - start < SOON
        assert caught.value.code == "time-limit"
        assert caught.value.hint
        assert not worker.alive
        assert worker.explain(inputs, 0, "saliency", time_limit=120.0).values.any()


def test_a_cancel_that_is_not_heard_ends_the_process(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray
) -> None:
    with Worker() as worker:
        worker.load(misbehaving("loop"), OPTIONS)
        worker.explain(inputs, 0, "saliency")  # imports what the next call needs
        cancel = threading.Event()
        threading.Timer(1.0, cancel.set).start()
        with pytest.raises(Cancelled, match="opened again"):
            worker.explain(trigger, 0, "saliency", cancel=cancel)
        assert not worker.alive
        assert worker.predict(inputs).shape == (1, 2)


def test_a_close_during_a_call(misbehaving: Saver, trigger: np.ndarray) -> None:
    with Worker() as worker:
        worker.load(misbehaving("loop"), OPTIONS)
        threading.Timer(0.5, worker.close).start()
        with pytest.raises(WorkerError, match="closed"):
            worker.predict(trigger)


def test_prints_do_not_reach_the_frames(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    with Worker() as worker:
        worker.load(misbehaving("chatter"), OPTIONS)
        pid = worker.pid
        assert worker.predict(trigger).shape == (1, 2)
        assert worker.explain(inputs, 0, "saliency").values.any()
        assert worker.pid == pid
    assert capfd.readouterr() == ("", "")


def test_garbage_in_the_pipes_is_a_lie(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray
) -> None:
    with Worker() as worker:
        worker.load(misbehaving("lie"), OPTIONS)
        with pytest.raises(WorkerError):
            worker.predict(trigger)
        assert not worker.alive
        assert worker.predict(inputs).shape == (1, 2)


@pytest.mark.parametrize("method", ["saliency", "fusiongrad"])
def test_a_preview_of_another_shape_is_a_lie(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray, method: str
) -> None:
    with Worker() as worker:
        worker.load(misbehaving("false-preview"), OPTIONS)
        with pytest.raises(WorkerError, match="a preview that is not one"):
            worker.explain(trigger, 0, method)
        assert not worker.alive
        assert worker.predict(inputs).shape == (1, 2)


@pytest.mark.parametrize("deed", ["error", "sys-exit"])
def test_an_exception_in_the_model_is_no_accident(
    misbehaving: Saver, inputs: np.ndarray, trigger: np.ndarray, deed: str
) -> None:
    with Worker() as worker:
        worker.load(misbehaving(deed), OPTIONS)
        pid = worker.pid
        with pytest.raises((ModelError, WorkerError), match=r"no such luck|SystemExit: goodbye"):
            worker.predict(trigger)
        assert worker.predict(inputs).shape == (1, 2)
        assert worker.pid == pid


def test_the_environment_of_this_process_stays_here(
    misbehaving: Saver, trigger: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDESTAL_SECRET", "hunter2")
    with Worker() as worker:
        worker.load(misbehaving("secret"), OPTIONS)
        assert worker.predict(trigger).shape == (1, 2)


def test_a_file_that_changed_is_not_opened_again(
    tiny: Path, inputs: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(tiny.read_bytes())
    with Worker() as worker:
        worker.load(path)
        os.kill(worker.pid, signal.SIGKILL)
        while worker.alive:
            time.sleep(0.01)
        import torch

        torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3)), path)
        with pytest.raises(ModelError, match="changed"):
            worker.predict(inputs)
        with pytest.raises(ModelError, match="changed"):
            worker.predict(inputs)
