"""A large study of the page is a job: computed in its own process, seen by the page, cancelled."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from components.pictures import own_process
from components.session.state.workspace import Source
from tests.studies.jobs.tiny import BROKEN, make
from tests.studies.study_process import subjects
from xai_core.base.errors import Cancelled
from xai_core.studies.jobs.status import read_status
from xai_core.studies.store import Study


def test_it_is_computed_seen_and_cancelled(tmp_path: Path) -> None:
    plan = make(tmp_path, 30)
    pictures, source = subjects(Path(plan.where)), Source("net.pt", plan.model)
    study, told = Study(plan.setting, tmp_path / "studies"), list[tuple[int, int]]()
    asked = (source, pictures, plan.methods)
    refused = own_process.compute(
        study, *asked, lambda done, total: told.append((done, total)), threading.Event()
    )
    assert set(refused) == {f"{number:03d}.png" for number in BROKEN}
    assert told[0] == (0, 30)
    table = Study(plan.setting, tmp_path / "studies").table(
        [one.sha256 for one in pictures], plan.methods
    )
    assert table.done == 28

    def leave(done: int, total: int) -> None:
        raise Cancelled

    other = Study(replace(plan.setting, seed=9), tmp_path / "studies")
    with pytest.raises(Cancelled):
        own_process.compute(other, *asked, leave, threading.Event())
    status = tmp_path / "studies" / other.setting.key
    assert not (status / "status.json").exists() or read_status(status).state != "running"
