"""Scores and maps in one pass; another mask, or a lost map, costs only its picture."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.studies.study_process import SETTING, InProcess, subjects
from xai_core.studies.computation import Subject, conduct
from xai_core.studies.maps.both import WithMaps
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.setting import EACH
from xai_core.studies.shards import Shards
from xai_core.studies.store import Study, complete

METHODS = complete({"saliency": {}, "guided-backprop": {}})


@pytest.fixture
def pictures(tmp_path: Path) -> list[Subject]:
    """Three, of which the first has a mask; another mask lies beside them."""
    draws, folder = np.random.default_rng(2), tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        values = draws.integers(0, 255, (20, 20, 3), np.uint8)
        Image.fromarray(values).save(folder / f"{number}.png")
    mask = np.zeros((20, 20), np.uint8)
    mask[3:9, 3:15] = 255
    for name, values in {"mask": mask, "other": mask.T}.items():
        Image.fromarray(values).save(tmp_path / f"{name}.png")
    first, *others = subjects(folder)
    return [replace(first, mask=tmp_path / "mask.png"), *others]


def test_only_what_is_missing_is_computed(pictures: list[Subject], tmp_path: Path) -> None:
    setting = replace(SETTING, metrics=("localisation-auc",), truths=None)
    assert (setting.truths, SETTING.truths) == (EACH, ""), "without such metrics as before"
    study = Study(setting, tmp_path)
    maps, ids = StudyMaps(setting, study.folder), [one.sha256 for one in pictures]

    def computed(chosen: list[Subject]) -> int:
        worker = InProcess()
        conduct(WithMaps(study, maps), chosen, METHODS, lambda: nullcontext(worker))
        return len(worker.asked)

    def hits() -> list[bool]:
        values = study.table(ids, METHODS).figures["localisation-auc@0.2"]
        return np.isfinite(values).all(1).tolist()

    assert computed(pictures) == 6
    assert hits() == [True, False, False]
    assert computed(pictures) == 0
    maps.path_of(ids[1], "saliency", METHODS["saliency"]).unlink()
    assert computed(pictures) == 1
    assert len(list(Shards(study.folder).rows())) == 6, "its score is not told twice"

    first, second, third = pictures
    other = replace(first, mask=tmp_path / "other.png")
    assert computed([other, second, third]) == 2, "of another mask its picture alone"
    assert computed([replace(first, mask=None), second, third]) == 2
    assert hits() == [False] * 3
    assert computed([first, replace(second, mask=tmp_path / "other.png"), third]) == 2
    assert hits() == [True, True, False]
    again = Study(setting, tmp_path)
    again.meet(pictures)
    assert again.table(ids, METHODS).done == 3

    before = replace(setting, truths="")  # a study of before: a row is of any mask
    assert before.key != setting.key
    assert not before.by_mask
