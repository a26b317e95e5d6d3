"""Each file is looked into by a process of its own, which ends afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from torch import nn

from xai_core.base.errors import ModelError
from xai_core.base.limits import Limits
from xai_core.worker import Worker
from xai_core.worker.serving.models import INSPECTOR, SCORER, helper_pool
from xai_core.worker.serving.pool import Pool


@pytest.fixture
def pool() -> Iterator[Pool[str, Worker]]:
    made = helper_pool(Limits(workers=1))
    yield made
    made.close()


def look(pool: Pool[str, Worker], path: Path) -> psutil.Process:
    with pool.borrow(INSPECTOR) as worker:
        process = psutil.Process(worker.pid)
        assert worker.inspect(path).format == "torch-eager"
    return process


def ended(process: psutil.Process) -> bool:
    deadline = time.monotonic() + 30
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_no_two_files_meet_in_a_process(pool: Pool[str, Worker], tmp_path: Path) -> None:
    for name in ("one", "two"):
        torch.save(nn.Sequential(nn.Conv2d(3, 2, 3)), tmp_path / name)
    with pool.borrow(SCORER) as worker:
        scorer = worker.pid
    first, second = (look(pool, tmp_path / name) for name in ("one", "two"))
    assert first != second
    assert ended(first)
    assert ended(second)
    assert pool.keys == (SCORER,)
    with pool.borrow(SCORER) as worker:  # what sees no file is kept
        assert worker.pid == scorer
        assert np.isfinite(worker.score(np.random.default_rng(0).random((1, 8, 8)))).all()


def test_a_file_that_fails_leaves_no_process_either(
    pool: Pool[str, Worker], tmp_path: Path
) -> None:
    (tmp_path / "broken").write_bytes(b"this is no model")
    with pool.borrow(INSPECTOR) as worker:
        process = psutil.Process(worker.pid)
        with pytest.raises(ModelError):
            worker.inspect(tmp_path / "broken")
    assert ended(process)
    assert pool.keys == ()


def test_who_waits_for_the_same_helper_gets_another_process() -> None:
    """Also where the next one waits already while the first one is looked into."""
    made, stopped = iter(range(9)), []
    pool: Pool[str, int] = Pool(1, lambda key, cancel: next(made), stopped.append, once={INSPECTOR})
    seen: list[int] = []

    def ask() -> None:
        with pool.borrow(INSPECTOR) as worker:
            seen.append(worker)
            time.sleep(0.05)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [0, 1, 2, 3]
    pool.close()
    assert sorted(stopped) == [0, 1, 2, 3]
