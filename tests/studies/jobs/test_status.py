"""One job at a time in a folder, and what its status says, also of a job that was killed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.studies.jobs.fake_engine import run
from xai_core.base.errors import InputError
from xai_core.base.storage.lock import lock_file
from xai_core.studies.jobs import driver, lock
from xai_core.studies.jobs import status as status_file
from xai_core.studies.jobs.handle import JobHandle
from xai_core.studies.jobs.lock import held, is_held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Reporter, read_status


def test_one_job_at_a_time_and_one_study_in_a_folder(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, tmp_path, monkeypatch)
    for name in ("pread", "pwrite"):  # as on Windows
        monkeypatch.delattr(os, name, raising=False)
    with held(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(InputError, match=r"being computed already by process \d+ on"):
            run(plan, tmp_path, monkeypatch)
    assert not is_held(tmp_path)
    other = replace(plan, setting=replace(plan.setting, seed=4))
    with pytest.raises(InputError, match="of another study: seed 3, not 4"):
        run(other, tmp_path, monkeypatch)
    with pytest.raises(InputError, match="nothing to stop"):
        driver.ask_to_stop(tmp_path)


def test_a_killed_job_is_interrupted_on_a_disk_of_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_on_nfs(handle: int) -> bool | None:
        return lock_file(handle) if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_RDWR else None

    monkeypatch.setattr(lock, "lock_file", as_on_nfs)
    Reporter(tmp_path, "local")
    with held(tmp_path):
        assert read_status(tmp_path).state == "running"
    assert read_status(tmp_path).state == "interrupted"
    monkeypatch.setattr(lock, "lock_file", lambda handle: None)
    assert read_status(tmp_path).state == "running", "without locks nobody can tell"
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert JobHandle(tmp_path, process).status().state == "interrupted"


def test_a_status_that_goes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reporter(tmp_path, "local")
    monkeypatch.setattr(
        status_file, "is_held", lambda folder: bool((folder / status_file.NAME).unlink())
    )
    with pytest.raises(InputError, match="No study was computed"):
        read_status(tmp_path)
