"""A study: what it keeps, what it computes again, and what it leaves out."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.studies.study_process import METHODS, SETTING, InProcess, subjects
from tests.studies.study_run import run, table
from xai_core import XaiError, complexity, explain
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.studies import chunk
from xai_core.studies.computation import conduct
from xai_core.studies.entry import QUANTILES
from xai_core.studies.store import Study, complete


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


def test_a_study_needs_a_method_that_there_is() -> None:
    with pytest.raises(XaiError, match="at least one method"):
        complete({})
    with pytest.raises(XaiError, match="no parameter"):
        complete({"saliency": {"wrong": 1}})
