"""The life of a worker process beside that of its host."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from xai_core.worker import Worker
from xai_core.worker.process.launch import environment

ROOT = Path(__file__).resolve().parents[2]


def runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def gone_within(seconds: float, pid: int) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not runs(pid):
            return True
        time.sleep(0.02)
    return False


def host(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_starts_at_once() -> None:
    with Worker() as worker:
        assert worker._connection.protection is None  # nobody has waited for it
        assert worker.alive
        assert worker.pid != os.getpid()


def test_it_outlives_the_thread_that_started_it(tiny: Path) -> None:
    workers: list[Worker] = []
    thread = threading.Thread(target=lambda: workers.append(Worker()))
    thread.start()
    thread.join()
    with workers[0] as worker:
        worker.inspect(tiny)
        assert worker.alive


def test_it_ends_with_the_object_and_takes_its_folder_along() -> None:
    worker = Worker()
    pid = worker.pid
    home = worker._connection.process.home
    assert home.exists()
    assert not list(home.iterdir())
    del worker
    gc.collect()
    assert gone_within(30, pid)
    assert not home.exists()


def test_it_ends_with_the_program() -> None:
    script = "from xai_core.worker import Worker; w = Worker(); print(w.pid, flush=True)"
    process = host(script)
    assert process.wait(timeout=120) == 0
    assert process.stdout is not None
    assert gone_within(30, int(process.stdout.readline()))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal")
def test_it_dies_with_a_killed_program_even_in_an_endless_call(
    misbehaving: Callable[[str], Path],
) -> None:
    script = """if True:
        import sys, threading, time
        import numpy as np
        from tests.worker.conftest import OPTIONS
        from xai_core.worker import Worker
        worker = Worker()
        worker.load(sys.argv[1], OPTIONS)
        inputs = np.full((1, 3, 16, 16), 2000, np.float32)
        threading.Thread(target=worker.predict, args=(inputs,), daemon=True).start()
        time.sleep(0.5)
        print(worker.pid, flush=True)
        time.sleep(60)
    """
    process = host(script, misbehaving("loop-in-c"))
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert runs(pid)
    process.kill()
    process.wait(timeout=60)
    assert gone_within(30, pid)


def test_the_host_imports_no_model_library(tiny: Path) -> None:
    script = """if True:
        import sys
        import numpy as np
        from xai_core.worker import ModelCard, Worker
        inputs = np.zeros((1, 3, 16, 16), np.float32)
        with Worker() as worker:
            worker.load(sys.argv[1])
            worker.predict(inputs), worker.layers(inputs)
            worker.explain(inputs, 0, "saliency"), worker.score(np.ones((1, 4, 4)))
        heavy = {"torch", "captum", "quantus", "tensorflow", "keras", "onnxruntime"}
        print(sorted(heavy & set(sys.modules)))
    """
    process = host(script, tiny)
    output, _ = process.communicate(timeout=120)
    assert output.strip() == "[]"


def test_the_environment_is_a_short_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    given = environment(tmp_path)
    assert "API_TOKEN" not in given
    assert given["OMP_NUM_THREADS"] == "1"
    assert given["HOME"] == given["TMPDIR"] == str(tmp_path)
    assert given["NVIDIA_TF32_OVERRIDE"] == "0"  # a map on a GPU is that of the processor
