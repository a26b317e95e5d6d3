"""A process that hides what it takes is seen, ended, and its folder deleted."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from xai_core.base.errors import WorkerError
from xai_core.cage.plan import GIB
from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker
from xai_core.worker.process import watchdog
from xai_core.worker.process.budget import Budget
from xai_core.worker.process.process import _end

# As in `hoarder.py`, which imports torch.
FIRST = 1000.0
DEEDS = (
    *("ends its first thread", "empty files", "empty folders", "links", "folders in each other"),
    *("bytes where no path leads", "bytes without a name", "bytes in a closed folder"),
)
CODE = Path(__file__).with_name("hoarder.py")
SOON = 60.0  # seconds; the call may take 600


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    import torch

    place = tmp_path_factory.mktemp("model")
    spec = importlib.util.spec_from_file_location("hoarder", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hoarder"] = module
    spec.loader.exec_module(module)
    torch.save(module.Hoarder(), place / "hoarder.pt")
    del sys.modules["hoarder"]
    with Worker(budget=Budget(4 * GIB, disk=32 * 2**20, entries=500)) as worker:
        worker.load(place / "hoarder.pt", LoadOptions(code=(CODE,), trust=True))
        yield worker


def asking(number: int) -> np.ndarray:
    inputs = np.zeros((1, 3, 8, 8), np.float32)
    inputs[0, 0, 0, 0] = FIRST + number
    return inputs


@pytest.mark.parametrize("deed", DEEDS)
def test_a_process_that_hides_is_ended_and_leaves_nothing(deed: str, worker: Worker) -> None:
    worker.predict(asking(-100))
    folder = worker._connection.process.home.parent
    start = time.monotonic()
    with pytest.raises(WorkerError) as caught:
        worker.predict(asking(DEEDS.index(deed)))
    assert caught.value.code == "resource-limit"
    assert time.monotonic() - start < SOON
    while folder.exists():
        assert time.monotonic() - start < SOON
        time.sleep(0.1)


class Standing:
    """A process that runs, as far as its host knows."""

    def __init__(self) -> None:
        self.killed = threading.Event()
        self.pid, self.stdin = 2**22 + 1, SimpleNamespace(close=lambda: None)  # no such process

    def poll(self) -> int | None:
        return -9 if self.killed.is_set() else None

    def kill(self) -> None:
        self.killed.set()

    def wait(self, timeout: float | None = None) -> int:
        return -9


def test_memory_is_looked_at_while_a_folder_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of a folder took longer and longer, and nobody looked at the memory meanwhile."""
    standing, over, exceeded = Standing(), threading.Event(), list[WorkerError]()
    counting = threading.Event()

    def long_count(*_: object) -> object:
        counting.set()
        over.wait(SOON)
        raise OSError("over")

    monkeypatch.setattr(watchdog, "written", long_count)
    monkeypatch.setattr(watchdog, "DISK_INTERVAL", 0.01)
    budget = Budget(1)
    disk = threading.Thread(
        target=watchdog.watch_disk, args=(standing, Path("/"), budget, over, exceeded)
    )
    disk.start()
    assert counting.wait(SOON)
    watchdog.watch_memory(standing, budget, over, exceeded)  # type: ignore[arg-type]
    over.set()
    disk.join()
    assert standing.killed.is_set()
    assert exceeded[0].code == "resource-limit"  # it could not be looked at


@pytest.mark.parametrize("fails", ["poll", "wait", "kill", "remove"])
def test_ending_a_process_never_raises_and_does_all_that_it_can(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xai_core.worker.process import folder as folders

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder, standing, over = folders.Folder(), Standing(), threading.Event()

    def broken(*_: object, **__: object) -> int:
        raise RecursionError("broken")

    if fails == "remove":
        monkeypatch.setattr(threading.Thread, "start", broken)
    else:
        monkeypatch.setattr(standing, fails, broken)
    monkeypatch.setattr("os.killpg", lambda *_: standing.kill())
    _end(standing, folder, over)  # type: ignore[arg-type]
    assert over.is_set()
    assert not folder.path.exists()
