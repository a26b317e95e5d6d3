"""Workers that are forked from one process: what they share, and what they don't."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.dose import soaked
from xai_core.worker import Worker
from xai_core.worker.process import launch

ROOT = Path(__file__).resolve().parents[2]


def server_of(worker: Worker) -> psutil.Process:
    parent = psutil.Process(worker.pid).parent()
    assert parent is not None
    return parent


def open_files(pid: int) -> list[str]:
    folder = Path(f"/proc/{pid}/fd")
    return sorted(os.readlink(folder / number) for number in os.listdir(folder))


def test_two_workers_come_from_one_server_which_is_ours() -> None:
    with Worker() as one, Worker() as two:
        assert server_of(one) == server_of(two)
        parent = server_of(one).parent()
        assert parent is not None
        assert parent.pid == os.getpid()


def test_a_worker_holds_nothing_of_another_nor_a_way_to_the_server(tiny: Path) -> None:
    with Worker() as one, Worker() as two:
        one.inspect(tiny)
        two.inspect(tiny)
        first, second = open_files(one.pid), open_files(two.pid)
        assert not any(name.startswith("socket:") for name in first + second)
        assert not any("pidfd" in name for name in first + second)
        assert not {name for name in first if name.startswith("pipe:")} & set(second)


def test_each_has_a_home_a_session_and_a_temporary_folder_of_its_own() -> None:
    with Worker() as one, Worker() as two:
        for worker in (one, two):
            assert worker.protection.complete  # it has started, and is where it stays
            home = worker._connection.process.home
            assert os.readlink(f"/proc/{worker.pid}/cwd") == str(home)
            assert os.getsid(worker.pid) == worker.pid


def test_an_end_is_told_as_the_system_tells_it() -> None:
    with Worker() as worker:
        assert worker.alive
        popen = worker._connection.process._popen
        assert popen.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            popen.wait(0.01)
        os.kill(worker.pid, signal.SIGTERM)
        assert popen.wait(10) == -signal.SIGTERM
        assert popen.poll() == -signal.SIGTERM


def gone(pid: int) -> None:
    """Wait until there is no such process. 0: there was none."""
    end = time.monotonic() + 30
    while pid and psutil.pid_exists(pid):
        with suppress(psutil.Error):
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_dead_server_takes_its_workers_along_and_the_next_call_has_a_new_one(
    tiny: Path,
) -> None:
    with Worker() as worker:
        worker.inspect(tiny)
        server, pid = server_of(worker), worker.pid
        server.kill()
        gone(pid)
        patience = time.monotonic() + 30
        while worker.alive:  # the word of it comes after its end
            assert time.monotonic() < patience
            time.sleep(0.02)
        worker.inspect(tiny)
        assert server_of(worker) != server


def test_a_worker_that_is_ended_before_it_was_forked_is_ended() -> None:
    workers = [Worker() for _ in range(4)]
    for worker in workers:
        worker.close()
    for worker in workers:
        gone(worker.pid)


def test_another_environment_has_a_server_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with Worker() as one:
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        with Worker() as two:
            assert two.protection.complete  # it has begun
            environ = psutil.Process(two.pid).environ()
            assert environ["OMP_NUM_THREADS"] == "3"
            assert server_of(one) != server_of(two)


def test_where_no_server_can_be_had_a_worker_is_a_process_of_its_own(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "_server", lambda given: None)
    with Worker() as worker:
        worker.inspect(tiny)
        assert server_of(worker).pid == os.getpid()
        assert isinstance(worker._connection.process._popen, subprocess.Popen)


@soaked
def test_no_library_keeps_the_way_to_the_servers_home(tmp_path: Path) -> None:
    """Some note it when they are imported; a worker may not write there."""
    found = subprocess.run(
        [sys.executable, "-I", "-c", LOOK, str(ROOT)],
        env={**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    # None is read: matplotlib asks for its folders again, an isolated Python has no user's, and
    # nothing is downloaded.
    known = {"matplotlib.font_manager._HOME", "matplotlib.texmanager._cache_dir"}
    known |= {"site.USER_SITE", "site.USER_BASE", "torchvision._internally_replaced_utils._HOME"}
    assert set(found.stdout.split()) <= known, found.stdout


LOOK = """
import os, sys
sys.path.insert(0, sys.argv[1])
import tempfile
from xai_core.worker.operations.base import HEAVY_IMPORTS, warm
from xai_core.worker.process.child import prepare
from xai_core.worker.process.fork_server import _settle
prepare()
for name in HEAVY_IMPORTS:
    warm(name)
home = os.environ["HOME"]
_settle("/")
noted = dict(os.environ)
for name, module in list(sys.modules.items()):
    for key, value in list(vars(module).items() if hasattr(module, "__dict__") else ()):
        noted[f"{name}.{key}"] = value
for name, value in noted.items():
    noted_home = isinstance(value, (str, os.PathLike)) and home in str(value)
    if noted_home and not name.endswith("_main__.home"):
        print(name)
"""
