"""A study whose workers and driver are killed at random moments: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.dose import dose
from tests.studies.jobs.tiny import ROUNDING, make, rows, same, written
from xai_core.base.errors import InputError
from xai_core.studies.jobs.driver import run_job
from xai_core.studies.jobs.handle import start_job
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import read_status

ROOT = Path(__file__).parents[2]
PICTURES = dose(100, 600)  # enough for some seconds: a kill is to meet a job that works
FOR = dose(3, 50)


def driver(folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "xai_core", "study", "--resume", str(folder)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(process.pid).children(recursive=True)
    return []


def living(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run a while later; who is dead and not yet buried does not."""
    found = []
    for one in psutil.wait_procs(family, timeout=30)[1]:
        with suppress(psutil.Error):
            if one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def begun(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until this driver computes."""
    while process.poll() is None:
        with suppress(InputError):
            if read_status(folder).workers and of(process):
                return
        time.sleep(0.02)


def refused_or_through(plan: Plan, folder: Path, process: subprocess.Popen[bytes]) -> None:
    """A second job is refused; unless the first one came to its end meanwhile."""
    try:
        run_job(plan, folder)
    except InputError as error:
        if "being computed already" not in str(error):
            raise
    else:
        assert process.wait(timeout=60) == 0, "it was not refused"


def test_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = make(tmp_path, PICTURES)
    folder, draws = tmp_path / "killed", random.Random(2)  # noqa: S311 - moments, not secrets
    plan.write(folder)
    kills = {"driver": 0, "worker": 0}
    job = start_job(plan, folder)
    process = job._process
    assert process is not None
    while sum(kills.values()) < FOR:
        begun(folder, process)
        refused_or_through(plan, folder, process)
        time.sleep(draws.uniform(0, 1.5))
        family = of(process)
        if process.poll() is not None:  # it was through: the next kills meet what only looks
            process = driver(folder)
            kills["driver"] += 1
            continue
        victim = draws.choice(["driver", "worker"])
        kills[victim] += 1
        if victim == "worker":
            with suppress(psutil.Error, IndexError):
                os.kill(draws.choice(family).pid, signal.SIGKILL)
            continue
        process.kill()
        process.wait()
        assert not living(family), "nobody outlives the driver"
        status = read_status(folder)
        assert status.state in ("interrupted", "done"), status
        process = driver(folder)
    assert process.wait(timeout=300) == 0, process.stderr and process.stderr.read()
    whole = tmp_path / "whole"
    run_job(replace(plan, workers=1), whole)
    found, wanted = rows(folder), rows(whole)
    assert same(found, wanted, ROUNDING)
    assert len(found) == (PICTURES - 2) * 2 + 2
    doubled = written(folder) - len(found)
    assert doubled == 0
    with capsys.disabled():
        print(f"\n{kills}: {len(found)} rows of {len(wanted)}, {doubled} doubled")
