"""What lies on disk: broken files, those of the version before, many small ones, a kill."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.studies.study_process import METHODS, SETTING, InProcess, subjects
from tests.studies.study_run import run, table
from xai_core.base.errors import Cancelled
from xai_core.studies import chunk, store
from xai_core.studies.records import named
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Shards
from xai_core.studies.shards.earlier import rows_of_earlier
from xai_core.studies.store import Study, complete

ROOT = Path(__file__).parents[2]


def test_cancel_keeps_the_chunks_that_are_done(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "SAMPLES", 10)
    monkeypatch.setattr(store, "EVERY", 1e9)  # all that is done is still held
    cancel = threading.Event()

    def progress(done: int, total: int) -> None:
        if done > 8:
            cancel.set()

    with pytest.raises(Cancelled):
        run(tmp_path, pictures, progress=progress, cancel=cancel)
    assert table(tmp_path, pictures).done == 2
    worker = InProcess()
    study = run(tmp_path, pictures, worker)
    assert len(worker.asked) == 9
    assert len(list(study.folder.glob("*.parquet"))) == 2
    names = {row.name for row in Shards(study.folder).rows()}
    assert names == {one.name for one in pictures.iterdir()}


def test_a_broken_shard_is_computed_again(tmp_path: Path, pictures: Path) -> None:
    run(tmp_path, pictures, methods={"saliency": {}})
    run(tmp_path, pictures)
    wanted = table(tmp_path, pictures)
    shards = sorted(Study(SETTING, tmp_path).folder.glob("*.parquet"))
    shards[0].write_bytes(shards[0].read_bytes()[:-9])
    worker = InProcess()
    run(tmp_path, pictures, worker)
    assert 0 < len(worker.asked) <= 5
    assert set(worker.asked) == {"saliency"}
    # another chunk is another batch, which rounds otherwise
    np.testing.assert_allclose(table(tmp_path, pictures).curves, wanted.curves, atol=1e-5)


@pytest.mark.parametrize("text", ["", "{", '{"curve": [1, 2], "raw": 1}', "[]"])
def test_a_study_of_the_version_before_goes_on(tmp_path: Path, pictures: Path, text: str) -> None:
    shas, given = [one.sha256 for one in subjects(pictures)], complete(METHODS)
    first = run(tmp_path / "new", pictures)
    folder = tmp_path / "old" / SETTING.key
    folder.mkdir(parents=True)
    for picture in shas[:4]:
        entry = first.entry(picture, "saliency", given["saliency"])
        assert entry is not None
        told = {"method": "saliency", "parameters": given["saliency"], **entry.to_dict()}
        name = named(picture, "saliency", given["saliency"])
        (folder / f"{name}.json").write_text(json.dumps(told))
    next(folder.glob(f"{shas[0]}-*")).write_text(text)
    assert len(list(rows_of_earlier(folder))) == 3
    worker = InProcess()
    study = run(tmp_path / "old", pictures, worker)
    assert Counter(worker.asked) == {"saliency": 2, "smoothgrad": 5, "guided-backprop": 5}
    expected = first.table(shas, given).curves
    np.testing.assert_allclose(study.table(shas, given).curves, expected, atol=1e-5)


def test_many_shards_of_a_slow_study_are_merged(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("EVERY", 0.0), ("FILES", 4)):
        monkeypatch.setattr(store, name, value)
    study = run(tmp_path, pictures)
    assert len(list(study.folder.glob("*.parquet"))) < 5
    assert table(tmp_path, pictures).done == 5


def test_of_a_shared_folder_only_ones_own_pictures_are_held_and_the_key_is_computed_once(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, pictures)
    shas, given = [one.sha256 for one in subjects(pictures)], complete(METHODS)
    study = Study(SETTING, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Setting, "key", property(lambda _: pytest.fail("computed again")))
        assert study.table(shas[:2], given).done == 2
        assert len(study._entries) == 2 * len(METHODS)
        assert study.table(shas[1:4], given).done == 3
        assert len(study._entries) == 4 * len(METHODS)
        assert study.entry(shas[4], "saliency", given["saliency"]) is not None
    again = Study(SETTING, tmp_path)
    again.names = dict.fromkeys(shas[:3], "one")
    assert all(again.knows(one, "saliency", given["saliency"]) for one in shas[:3])
    assert len(again._entries) == 3 * len(METHODS)


def test_killed_many_times_it_ends_as_if_it_never_was(tmp_path: Path, pictures: Path) -> None:
    run(tmp_path / "whole", pictures)
    draw = random.Random(1)  # noqa: S311 - moments, not secrets
    moments = [draw.randint(1, 3) for _ in range(6)]
    kept: set[str] = set()
    lives = killed(tmp_path / "killed", pictures, [*moments, 0])
    assert len(lives) == 7
    ended = [life[-1:] == ["finished"] for life in lives]
    assert ended[-1]
    assert not any(ended[:2])
    for life in lives:
        computed = {line.removeprefix("computed ") for line in life if "computed" in line}
        assert not computed & kept, "computed again although it was kept"
        kept |= {line.removeprefix("kept ") for line in life if line.startswith("kept")}
    whole, back = table(tmp_path / "whole", pictures), table(tmp_path / "killed", pictures)
    np.testing.assert_allclose(back.curves, whole.curves, atol=1e-5)
    np.testing.assert_allclose(back.raw, whole.raw, atol=1e-5)
    assert (back.done, back.targets) == (whole.done, whole.targets)


def killed(folder: Path, pictures: Path, moments: list[int]) -> list[list[str]]:
    """What each process of a study said until it was killed, or ended."""
    command = [sys.executable, "-m", "tests.studies.study_process", str(folder), str(pictures)]
    done = subprocess.run(
        [*command, *map(str, moments)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [part.splitlines() for part in done.stdout.split("ended\n")[:-1]]
