"""Kept studies: they come back as they were, stand in the list, and stay readable."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import xai_core
from tests.runs.small import small_run
from tests.studies.small_study import small_study
from xai_core.base.errors import InputError
from xai_core.base.finding import Finding
from xai_core.base.pace import Pace
from xai_core.base.target import Target
from xai_core.readiness.result import Availability, Verdict
from xai_core.runs.store import RunStore
from xai_core.studies.result import StudyResult, kept_study

FIXTURE = Path(__file__).parent / "written" / "study-1"
VERDICT = Verdict(
    "net.pt",
    "0" * 64,
    "torch-eager",
    "inference-only",
    "It only predicts.",
    findings=(Finding("detach", "error", "It is cut.", "Mend it.", "net.py:3"),),
    input_shape=(1, 3, 16, 16),
    evidence={"input_gradient_norm": 1.5},
    methods={"saliency": Availability(False, "It is cut.")},
)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def same(one: StudyResult, other: StudyResult, tolerance: float = 0.0) -> None:
    """tolerance: of scores that another processor has computed, relative."""
    for item in fields(StudyResult):
        if item.name not in ("table", "thumbnails", "pictures"):
            assert getattr(one, item.name) == getattr(other, item.name), item.name
    assert one.pictures == other.pictures
    np.testing.assert_allclose(one.table.raw, other.table.raw, rtol=tolerance)
    np.testing.assert_allclose(one.table.curves, other.table.curves, rtol=tolerance)
    assert one.table.causes == other.table.causes
    assert one.table.done == other.table.done
    assert one.thumbnails.keys() == other.thumbnails.keys()
    for row, pixels in other.thumbnails.items():
        np.testing.assert_array_equal(one.thumbnails[row], pixels)


def test_studies_of_one_setting_come_the_newest_first(store: RunStore) -> None:
    made = (replace(small_study(), created=f"2026-11-2{day}T00:00") for day in (4, 6, 5))
    names = [store.save(one) for one in made]
    os.utime(store.folder / names[0] / "run.json", ns=(1, 1))  # its row is of another state
    found = store.studies(small_study().fingerprint)
    assert [one.id for one in found] == [names[1], names[2], names[0]]


def test_a_study_comes_back_as_it_was_and_stands_in_the_list(store: RunStore) -> None:
    name = store.save(small_study(), owner="ann")
    same(kept_study(store, name), small_study())
    entry = store.entry(name)
    assert (entry.study, entry.picture, entry.target) == (
        True,
        "6 pictures",
        "each picture's top class",
    )
    assert entry.fingerprint == small_study().fingerprint
    assert store.change(name, name="mine").owner == "ann"
    assert [one.title for one in store.entries()] == ["mine"]


def test_a_study_says_its_pace(store: RunStore) -> None:
    study = small_study(pace=Pace(4, True))
    same(kept_study(store, store.save(study)), study)
    assert study.fingerprint == small_study().fingerprint  # the same scores up to rounding


def test_a_study_written_by_this_version_is_opened_with_one_call() -> None:
    study = xai_core.open_study(str(FIXTURE))
    now = small_study(versions=study.versions)
    methods = {  # what came later is at its default, and is not told
        name: {key: given[key] for key in study.methods[name]}
        for name, given in now.methods.items()
    }
    same(study, replace(now, methods=methods), tolerance=1e-12)
    assert "W = 0.52" in study._repr_html_()


def test_a_run_is_no_study_and_a_study_no_run(store: RunStore) -> None:
    run, study = store.save(small_run()), store.save(small_study())
    with pytest.raises(InputError, match="open_study"):
        store.open(study)
    with pytest.raises(InputError, match="of one picture"):
        kept_study(store, run)
    assert [one.study for one in store.entries()].count(True) == 1


MARGIN = Target("margin", {"index": 3})


@pytest.mark.parametrize("target", [None, 2, MARGIN])
def test_any_kind_of_target_comes_back(store: RunStore, target: int | Target | None) -> None:
    name = store.save(small_study(target=target))
    assert kept_study(store, name).target == target
    assert store.entry(name).target == small_study(target=target).target_label
    assert small_study(target=MARGIN).target_label == "margin (index 3)"


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"target": 2}, {"target": MARGIN}, {"architecture": "other"}]
)
def test_another_study_has_another_fingerprint(change: dict[str, object]) -> None:
    study = small_study()
    assert replace(study, **change).fingerprint != study.fingerprint  # type: ignore[arg-type]
    assert replace(study, created="later", seconds=1).fingerprint == study.fingerprint


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken"])
def test_broken_scores_are_told(store: RunStore, data: bytes) -> None:
    name = store.save(small_study())
    (store.folder / name / "scores.npz").write_bytes(data)
    with pytest.raises(InputError, match="no readable study"):
        kept_study(store, name)


def test_a_later_version_and_other_scores_are_refused(store: RunStore) -> None:
    name = store.save(small_study())
    file = store.folder / name / "run.json"
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "pictures": told["pictures"][:2]}))
    with pytest.raises(InputError, match="other pictures"):
        kept_study(store, name)
    file.write_text(json.dumps({**told, "schema": 99}))
    with pytest.raises(InputError, match="later version"):
        kept_study(store, name)


def test_the_verdict_is_kept_beside_a_run(store: RunStore) -> None:
    name = store.save(small_run(), verdict=VERDICT)
    assert store.verdict(name) == VERDICT
    assert store.verdict(store.save(small_study())) is None
    (store.folder / name / "verdict.json").write_text('{"schema": 1}')
    assert store.verdict(name) is None
