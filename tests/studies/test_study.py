"""A study: what it keeps, what it computes again, what a kill costs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.studies.study_process import METHODS, SETTING, InProcess, subjects
from xai_core import XaiError, complexity, explain
from xai_core.attribution.batches.order import Found
from xai_core.base.errors import Cancelled, InputError
from xai_core.base.pace import Pace
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.studies import chunk, store
from xai_core.studies.computation import conduct
from xai_core.studies.entry import QUANTILES
from xai_core.studies.records import named
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Shards
from xai_core.studies.shards.earlier import rows_of_earlier
from xai_core.studies.store import PACE, Study, Table, complete

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for index in range(5):
        Image.fromarray(rng.integers(0, 255, (24, 30, 3), np.uint8)).save(folder / f"{index}.png")
    return folder


def run(folder: Path, pictures: Path, worker: InProcess | None = None, **given: Any) -> Study:
    study = Study(given.pop("setting", SETTING), folder)
    methods = given.pop("methods", METHODS)
    used = worker or InProcess()
    conduct(study, subjects(pictures), methods, lambda: nullcontext(used), **given)
    return study


def table(folder: Path, pictures: Path, methods: Any = METHODS) -> Table:
    """As a process finds it that has just started."""
    return Study(SETTING, folder).table(
        [one.sha256 for one in subjects(pictures)], complete(methods)
    )


def test_entries_are_complexity_by_quantus_raw_and_at_every_quantile(
    tmp_path: Path, pictures: Path
) -> None:
    run(tmp_path, pictures)
    found = table(tmp_path, pictures)
    assert found.done == 5
    one, net = subjects(pictures)[2], InProcess().net
    prepared = prepare(open_picture(one.path), SETTING.spec)
    target = int(net(torch.from_numpy(prepared.inputs)).argmax())
    assert found.targets[2] == target
    for column, (name, given) in enumerate(METHODS.items()):
        maps = explain(net, prepared.inputs, target, name, 3, **given)
        recipe = replace(SETTING.recipe, crop=prepared.content)
        raw = complexity(before_removal(maps, recipe))[0]
        assert found.raw[2, column] == pytest.approx(raw, abs=1e-5)
        for q in (0, 20, 63, 99):
            after = complexity(canonicalise(maps, replace(recipe, quantile=QUANTILES[q])))[0]
            assert found.curves[2, column, q] == pytest.approx(after, abs=1e-5)
            assert found.at(q / 100)[2, column] == found.curves[2, column, q]


class Watched(InProcess):
    """Remembers how each method was run."""

    def __init__(self) -> None:
        super().__init__()
        self.paces: set[tuple[str, Pace]] = set()

    def explain_many(self, *args: Any, **call: Any) -> tuple[Found, ...]:
        self.paces |= {(name, call["pace"]) for name in args[1]}
        return super().explain_many(*args, **call)


def test_a_study_keeps_to_the_pace_that_it_began_with(tmp_path: Path, pictures: Path) -> None:
    methods: Any = {"saliency": {}, "smoothgrad": {"m": 8}}
    expected = {("saliency", Pace(3, True)), ("smoothgrad", Pace(3, True))}
    study, worker = Study(SETTING, tmp_path), Watched()
    assert not study.begun
    study.keep_to(Pace(3, True))
    assert study.begun
    run(tmp_path, pictures, worker, methods=methods)
    assert worker.paces == expected
    again = Study(SETTING, tmp_path)
    again.keep_to(Pace(5))
    assert again.pace == Pace(3, True)
    worker = Watched()
    run(tmp_path, pictures, worker, methods={"smoothgrad": {"m": 9}})
    assert worker.paces == {("smoothgrad", Pace(3, True))}


def test_a_study_refuses_autocast_whose_effect_it_would_not_keep(tmp_path: Path) -> None:
    study = Study(SETTING, tmp_path)
    with pytest.raises(InputError, match="float32"):
        study.keep_to(Pace(3, autocast=True))
    assert not study.begun


@pytest.mark.parametrize("data", [None, b"", b"4,sideways,0", bytes(range(128, 256))])
def test_a_study_of_before_or_with_a_broken_pace_has_the_plain_one(
    tmp_path: Path, pictures: Path, data: bytes | None
) -> None:
    study = run(tmp_path, pictures)
    (study.folder / "setting.json").unlink()
    if data is not None:
        (study.folder / PACE).write_bytes(data)
    study.keep_to(Pace(3, True))
    assert study.pace == Pace()


def test_what_is_kept_comes_back_bit_for_bit(tmp_path: Path, pictures: Path) -> None:
    study = run(tmp_path, pictures)
    shas = [one.sha256 for one in subjects(pictures)]
    np.testing.assert_array_equal(
        table(tmp_path, pictures).curves, study.table(shas, complete(METHODS)).curves
    )


def test_only_what_is_new_is_computed(tmp_path: Path, pictures: Path) -> None:
    worker = InProcess()
    fewer = {"saliency": {}, "smoothgrad": {"m": 3}}
    run(tmp_path, pictures, worker, methods=fewer)
    worker.asked.clear()
    run(tmp_path, pictures, worker)
    assert Counter(worker.asked) == {"guided-backprop": 5}
    worker.asked.clear()
    run(tmp_path, pictures, worker, methods={**METHODS, "smoothgrad": {"m": 4}})
    assert Counter(worker.asked) == {"smoothgrad": 5}
    worker.asked.clear()
    run(tmp_path, pictures, worker)
    assert worker.asked == []


@pytest.mark.parametrize(
    "change",
    [{"seed": 4}, {"model_sha256": "1" * 64}, {"target": 1}],
    ids=["seed", "model", "target"],
)
def test_another_setting_is_another_study(
    tmp_path: Path, pictures: Path, change: dict[str, Any]
) -> None:
    run(tmp_path, pictures)
    worker = InProcess()
    run(tmp_path, pictures, worker, setting=replace(SETTING, **change))
    assert len(worker.asked) == 15


def test_the_quantile_is_no_part_of_a_setting(tmp_path: Path) -> None:
    other = replace(SETTING, recipe=replace(SETTING.recipe, quantile=0.7, crop=(0, 0, 5, 5)))
    assert other.key == SETTING.key
    signed = replace(SETTING, recipe=replace(SETTING.recipe, sign="as-is"))
    assert signed.key != SETTING.key


def test_python_files_count_by_their_bytes(tmp_path: Path) -> None:
    def key(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        options = replace(SETTING.options, code=(tmp_path / name,))
        return replace(SETTING, options=options).key

    assert key("a.py", "x = 1") == key("b.py", "x = 1") != key("c.py", "x = 2")


def test_a_broken_picture_stops_nothing(tmp_path: Path, pictures: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    for one in pictures.iterdir():
        (folder / one.name).write_bytes(one.read_bytes())
    (folder / "2.png").write_bytes((pictures / "2.png").read_bytes()[:200])
    (folder / "letter.png").write_text("This is a letter.")
    study, worker = Study(SETTING, tmp_path / "studies"), InProcess()
    refused = conduct(study, subjects(folder), METHODS, lambda: nullcontext(worker))
    assert set(refused) == {"2.png", "letter.png"}
    assert "broken" in refused["2.png"]
    assert "not a picture" in refused["letter.png"]
    assert table(tmp_path / "studies", folder).done == 4


def test_a_method_that_is_not_defined_is_kept_with_its_cause(
    tmp_path: Path, pictures: Path
) -> None:
    worker = InProcess(nn.GELU())
    run(tmp_path, pictures, worker)
    found = table(tmp_path, pictures)
    assert found.done == 5
    assert "rectifier" in found.causes[0, 2]
    assert np.isnan(found.curves[:, 2]).all()
    worker.asked.clear()
    run(tmp_path, pictures, worker)
    assert worker.asked == []


def test_progress_counts_samples_of_what_is_missing(tmp_path: Path, pictures: Path) -> None:
    told: list[tuple[int, int]] = []
    run(tmp_path, pictures, methods={"saliency": {}})
    run(tmp_path, pictures, progress=lambda *one: told.append(one))
    assert told[-1] == (20, 20)  # three samples of SmoothGrad and one of Guided Backprop each
    assert told == sorted(told)


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


def test_the_model_is_borrowed_once_for_every_chunk(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, borrowed = InProcess(), []

    def borrow() -> nullcontext[InProcess]:
        borrowed.append(len(worker.asked))
        return nullcontext(worker)

    monkeypatch.setattr(chunk, "SAMPLES", 10)  # two pictures of five samples
    conduct(Study(SETTING, tmp_path), subjects(pictures), METHODS, borrow)
    assert borrowed in ([0, 6, 9], [0, 3, 9], [0, 6, 12])


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


def test_a_study_needs_a_method_that_there_is() -> None:
    with pytest.raises(XaiError, match="at least one method"):
        complete({})
    with pytest.raises(XaiError, match="no parameter"):
        complete({"saliency": {"wrong": 1}})


def test_killed_many_times_it_ends_as_if_it_never_was(tmp_path: Path, pictures: Path) -> None:
    run(tmp_path / "whole", pictures)
    draw = random.Random(1)  # noqa: S311 - moments, not secrets
    moments = [draw.randint(1, 3) for _ in range(6)]
    kept: set[str] = set()
    lives = killed(tmp_path / "killed", pictures, [*moments, 0])
    assert len(lives) == 7
    ended = [life[-1:] == ["finished"] for life in lives]
    assert ended[-1]
    assert not any(ended[:2])  # a kill may come late, but not that late
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
