"""The same without a job, as small studies of the page are computed, beside others."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from tests.studies.jobs.tiny import rows, written
from tests.studies.reuse.counting import Counting, run
from tests.studies.reuse.noise import METHODS, ROUNDING, by_map, draw, measuring, same_scores
from xai_core.base.pace import Pace
from xai_core.models.peek.digest import digest
from xai_core.scores.public.asked_metric import localisation_metrics
from xai_core.studies.computation import Subject, conduct
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.maps.both import WithMaps
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.reuse.donors import pace_beside
from xai_core.studies.store import Study

ON_MASK = localisation_metrics(0.2)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return draw(tmp_path)


def subjects(folder: Path) -> list[Subject]:
    pictures = [folder / "pictures" / f"{number}.png" for number in range(3)]
    mask = folder / "pictures" / "0.mask.png"
    masks = [mask, None, None]
    return [
        Subject(one.name, one, digest(one).sha256, beside)
        for one, beside in zip(pictures, masks, strict=True)
    ]


def computed(folder: Path, *metrics: str, plan: Plan) -> tuple[Study, Counting]:
    study, worker = Study(measuring(plan, *metrics).setting, folder / "studies"), Counting()
    conduct(study, subjects(folder), METHODS, lambda: nullcontext(worker))
    return study, worker


def test_only_what_is_missing_is_computed_here_and_by_a_job(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, worker = computed(tmp_path, "sparseness", plan=plan)
    assert len(worker.asked) == 6
    more, worker = computed(tmp_path, "sparseness", "mst-c", plan=plan)
    assert worker.measured == [["mst-c"]] * 6
    same_scores(first.folder, more.folder)
    _, worker = computed(tmp_path, "mst-c", *ON_MASK, plan=plan)
    assert worker.asked == ["saliency", "guided-backprop"]
    assert {name for names in worker.measured for name in names}.isdisjoint({"mst-c", "sparseness"})
    for metrics in (("mst-c",), (), ON_MASK, ("sparseness", "mst-c", *ON_MASK)):
        study, worker = computed(tmp_path, *metrics, plan=plan)
        assert (worker.asked, worker.measured) == ([], []), metrics
        same_scores(first.folder, study.folder)
        ids = [one.sha256 for one in subjects(tmp_path)]
        for found in (study, Study(study.setting, tmp_path / "studies")):
            found.meet(subjects(tmp_path))
            table = found.table(ids, METHODS)
            assert (table.done, {*table.figures}) == (3, {*study.setting.metrics})
    assert written(study.folder) == len(rows(study.folder)) == 6
    job = measuring(plan, *ON_MASK, "mst-c", "sparseness@raw")
    by_job = run(job, tmp_path / "studies" / job.setting.key, monkeypatch)
    assert by_job.measured == [["sparseness"]] * 6
    whole = run(job, tmp_path / "anew", monkeypatch)
    assert len(whole.asked) == 6
    for key, row in by_map(tmp_path / "anew").items():
        there = by_map(tmp_path / "studies" / job.setting.key)[key]
        assert there.figures == pytest.approx(row.figures, rel=ROUNDING, nan_ok=True)
        assert (there.reasons, there.mask) == (row.reasons, row.mask)


def test_pictures_that_nobody_asked_for_stay_where_they_are(plan: Plan, tmp_path: Path) -> None:
    computed(tmp_path, "sparseness", plan=plan)
    study, worker = Study(plan.setting, tmp_path / "studies"), Counting()
    conduct(study, subjects(tmp_path)[:1], METHODS, lambda: nullcontext(worker))
    assert not worker.asked
    assert {row.name for row in rows(study.folder).values()} == {"0.png"}


def test_maps_that_are_wanted_are_made_and_figures_stay(plan: Plan, tmp_path: Path) -> None:
    first, _ = computed(tmp_path, "sparseness", plan=plan)
    study, worker = Study(measuring(plan, "mst-c").setting, tmp_path / "studies"), Counting()
    maps = StudyMaps(study.setting, study.folder, study.pace)
    both = WithMaps(study, maps)
    conduct(both, subjects(tmp_path), METHODS, lambda: nullcontext(worker))
    assert worker.measured == [["mst-c"]] * 6
    same_scores(first.folder, study.folder)
    assert len(list(maps.folder.glob("*.npy"))) == 6


def test_a_study_that_takes_over_keeps_to_the_pace_of_the_other(plan: Plan, tmp_path: Path) -> None:
    first = Study(plan.setting, tmp_path)
    assert pace_beside(first.folder, first.setting) is None
    first.keep_to(Pace(batch_size=3))
    other = Study(measuring(plan, "sparseness").setting, tmp_path)
    assert pace_beside(other.folder, other.setting) == Pace(batch_size=3)
    strange = Study(replace(plan.setting, seed=9), tmp_path)
    assert pace_beside(strange.folder, strange.setting) is None
