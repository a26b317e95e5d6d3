"""A writer killed at random moments: no half run, and none is lost that was reported as saved."""

from __future__ import annotations

import multiprocessing
import random
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.dose import dose
from tests.runs.small import small_run
from tests.runs.test_studies import same as same_study
from tests.studies.small_study import small_study
from xai_core.base.storage.drafts import DELETED, DRAFT
from xai_core.runs.store import ID, RunStore
from xai_core.studies.result import kept_study

KILLS = dose(60, 200)
LATE = 20  # the first of so many kills comes after a run was reported
# A fork of what has imported it all begins at once; a new interpreter takes most of a second.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def write(folder: Path, seed: int, told: Connection) -> None:
    """Save one run or study after the other, and tell each id, until it is killed."""
    store = RunStore(folder)
    told.send("ready")
    while True:
        told.send(store.save(small_run(seed) if seed % 2 else small_study(seed=seed)))
        seed += 1


def killed(folder: Path, seed: int, patience: float, *, after_one: bool) -> list[str]:
    """The ids that a writer reported before it was killed. after_one: one at least."""
    here, there = FORKS.Pipe(duplex=False)
    writer = FORKS.Process(target=write, args=(folder, seed, there))
    writer.start()
    there.close()
    assert here.recv() == "ready"
    reported = [here.recv()] if after_one else []
    # Saving takes some ms: any moment of it may be the last.
    threading.Event().wait(patience)
    writer.kill()
    writer.join()
    with suppress(EOFError):
        while True:
            reported.append(here.recv())
    return reported


def test_a_kill_leaves_whole_runs_and_loses_none_that_was_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page test leaves its script behind as the main module, which a new process would run.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    moments = random.Random(0)  # noqa: S311 - not a secret
    reported: list[str] = []
    for kill in range(KILLS):
        late = kill % LATE == 0
        reported += killed(tmp_path, kill, moments.uniform(0, 0.06), after_one=late)
    store = RunStore(tmp_path)
    names = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert set(reported) <= names
    expected = {}
    for name in names:
        assert ID.fullmatch(name)
        if store.entry(name).study:
            study = kept_study(store, name)
            same_study(study, small_study(seed=study.seed))
            continue
        run = store.open(name)
        seed = run.attributions["saliency"].seed
        expected.setdefault(seed, small_run(seed))
        for method, one in expected[seed].attributions.items():
            np.testing.assert_array_equal(run.attributions[method].values, one.values)
    assert {one.id for one in store.entries()} == names


def test_what_a_killed_writer_leaves_is_cleaned_once_it_is_old(tmp_path: Path) -> None:
    import os

    store = RunStore(tmp_path)
    kept = store.save(small_run())
    young, old, deleted = (tmp_path / name for name in (f"{DRAFT}1", f"{DRAFT}2", f"{DELETED}3"))
    for path in (young, old, deleted):
        path.mkdir()
        (path / "maps.npz").write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    store.tidy()
    assert [path.exists() for path in (young, old, deleted)] == [True, False, False]
    assert [one.id for one in store.entries()] == [kept]
