"""A study that gains or loses a metric: only what is missing is computed, and nothing is mixed."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.studies.jobs.tiny import rows, written
from tests.studies.reuse.counting import run
from tests.studies.reuse.noise import (
    METHODS,
    ROUNDING,
    by_map,
    draw,
    draw_mask,
    measuring,
    same_scores,
)
from tests.studies.study_process import SETTING
from xai_core import open_study, open_summary
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.scores.public.asked_metric import localisation_metrics
from xai_core.studies.figures.measured import ENDED, NO_MASK
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.reuse import donors
from xai_core.studies.reuse.adoption import Adoption
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Description, Row, Shards
from xai_core.studies.shards.keys import Keys

ON_MASK = localisation_metrics(0.2)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return draw(tmp_path)


def kept_aside(folder: Path) -> list[Path]:
    return sorted((folder / donors.ASIDE).iterdir())


def test_a_metric_more_is_measured_alone_and_one_less_computes_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "study"
    first = run(measuring(plan, "sparseness"), folder, monkeypatch)
    assert first.measured == [["sparseness"]] * 6
    more = run(measuring(plan, "sparseness", "mst-c"), folder, monkeypatch)
    assert more.measured == [["mst-c"]] * 6
    (aside,) = kept_aside(folder)
    same_scores(aside, folder)
    assert written(folder) == len(rows(folder)) == 6
    old, new = by_map(aside), by_map(folder)
    for key, row in new.items():
        assert {*row.figures} == {"mst-c@0.2", "sparseness@0.2"}
        assert row.figures["sparseness@0.2"] == old[key].figures["sparseness@0.2"]
    whole = run(measuring(plan, "sparseness", "mst-c"), tmp_path / "anew", monkeypatch)
    assert len(whole.asked) == 6
    for key, row in by_map(tmp_path / "anew").items():
        assert row.raw == pytest.approx(new[key].raw, rel=ROUNDING)
    figures = (open_summary(one).figures for one in (folder, tmp_path / "anew"))
    for one, other in zip(*(found.items() for found in figures), strict=True):
        assert one[0] == other[0]
        np.testing.assert_allclose(one[1], other[1], rtol=ROUNDING)

    for metrics in (("mst-c",), (), ("sparseness",), ("sparseness", "mst-c")):
        nothing = run(measuring(plan, *metrics), folder, monkeypatch)
        assert (nothing.asked, nothing.measured) == ([], []), metrics
        same_scores(aside, folder)
        assert {*open_summary(folder).figures} == {f"{one}@0.2" for one in metrics}
        assert not open_summary(folder).skipped
        assert {*open_study(folder).table.figures} == {f"{one}@0.2" for one in metrics}


def test_two_studies_that_have_it_together_give_it(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "study"
    run(measuring(plan, "sparseness"), folder, monkeypatch)
    run(measuring(plan, *ON_MASK), folder, monkeypatch)
    nothing = run(measuring(plan, "sparseness", *ON_MASK), folder, monkeypatch)
    assert (nothing.asked, nothing.measured) == ([], [])
    whole = {"sparseness@0.2", *ON_MASK}
    assert [{*row.figures} for row in rows(folder).values()] == [whole] * 6
    assert open_study(folder).table.done == 3


def test_localisation_is_measured_where_there_is_a_mask(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "study"
    run(measuring(plan, "sparseness"), folder, monkeypatch)
    localised = measuring(plan, "sparseness", *ON_MASK)
    worker = run(localised, folder, monkeypatch)
    assert worker.asked == ["saliency", "guided-backprop"], "of the picture with a mask"
    assert all("sparseness" not in names for names in worker.measured)
    whole = run(localised, tmp_path / "anew", monkeypatch)
    assert len(whole.asked) == 6
    for key, row in by_map(tmp_path / "anew").items():
        found = by_map(folder)[key]
        assert found.figures == pytest.approx(row.figures, rel=ROUNDING, nan_ok=True)
        assert (found.reasons, found.mask, found.label) == (row.reasons, row.mask, row.label)
    assert set(by_map(folder)["1.png", "saliency"].reasons.values()) == {NO_MASK}
    assert rows(folder).keys() == rows(tmp_path / "anew").keys()

    run(measuring(plan, "sparseness"), folder, monkeypatch)
    assert not any(row.localisation or row.mask for row in rows(folder).values())
    assert not run(localised, folder, monkeypatch).asked

    draw_mask(tmp_path, 18)
    masks = {row.mask for row in rows(folder).values()}
    run(measuring(plan, "sparseness"), folder, monkeypatch)
    other = run(localised, folder, monkeypatch)
    assert other.asked == ["saliency", "guided-backprop"]
    assert all("sparseness" not in names for names in other.measured), "of the map, not the mask"
    assert written(folder) == 6
    assert {row.mask for row in rows(folder).values()} & masks == {None}, "the old mask is gone"


def test_other_maps_are_never_taken(plan: Plan, tmp_path: Path) -> None:
    wanted = replace(SETTING, metrics=("sparseness",))
    row = Row("a" * 64, "a.png", "saliency", METHODS["saliency"], raw=1.0)
    for name, setting, pace in (
        ("1", replace(SETTING, seed=4), Pace()),
        ("2", replace(SETTING, model_sha256="1" * 64), Pace()),
        ("3", SETTING, Pace(batch_size=2)),
        ("4", SETTING, Pace()),
    ):
        beside = tmp_path / (name * 64)
        Shards.begin(beside, Description.of(setting, pace)).write([row])
    shards = Shards.begin(tmp_path / wanted.key, Description.of(wanted, Pace()))
    (one,) = donors.donors(shards.folder, shards.description)
    assert one.folder.name == "4" * 64
    elsewhere = Shards.begin(tmp_path / "named", Description.of(wanted, Pace()))
    assert donors.donors(elsewhere.folder, elsewhere.description) == []
    other = Description.of(replace(wanted, seed=9), Pace())
    donors.set_aside(elsewhere.folder, other)
    with pytest.raises(InputError, match="another study: seed"):
        Shards.begin(elsewhere.folder, other)


def begun(folder: Path, setting: Setting, *rows: Row) -> Shards:
    shards = Shards.begin(folder, Description.of(setting, Pace()))
    shards.write(rows)
    return shards


def adopted(folder: Path, setting: Setting) -> Adoption:
    coming = Description.of(setting, Pace())
    donors.set_aside(folder, coming)
    return Adoption(Shards.begin(folder, coming), setting, Keys())


def scored(picture: str, **more: object) -> Row:
    row = Row(picture * 64, f"{picture}.png", "saliency", METHODS["saliency"], raw=1.0)
    return replace(row, **more)  # type: ignore[arg-type]


def test_figures_that_say_nothing_of_the_map_are_measured(tmp_path: Path) -> None:
    one, both = ("sparseness@0.2",), ("mst-c@0.2", "sparseness@0.2")
    begun(
        tmp_path,
        replace(SETTING, metrics=both),
        scored("a", metrics=dict.fromkeys(both, 0.5)),
        scored("b", metrics=dict.fromkeys(both, np.nan), reasons=dict.fromkeys(both, ENDED)),
        scored("c", raw=np.nan, cause="It has no layer."),
        Row.lost("d" * 64, "d.png", "It ended its worker twice."),
        Row.refused("e" * 64, "e.png", "broken"),
    )
    found = adopted(tmp_path, replace(SETTING, metrics=one))
    assert [row.name for row in Shards(tmp_path).rows()] == ["a.png"]
    coverage = pickle.loads(pickle.dumps(found.coverage))  # as a cluster gets it

    def lacking(picture: str) -> tuple[str, ...] | None:
        return coverage.lacking(picture * 64, "saliency", METHODS["saliency"], None)  # type: ignore[no-any-return]

    assert [lacking(picture) for picture in "bcde"] == [one, None, None, None]
    measured = scored("b", raw=2.0, metrics={one[0]: 0.7})
    whole = found.completed(measured)
    assert whole is not None
    assert (whole.raw, whole.metrics, whole.reasons) == (1.0, {one[0]: 0.7}, {})


def test_masks_of_before_that_name_no_rows_and_rows_that_are_gone(tmp_path: Path) -> None:
    digest = replace(SETTING, metrics=ON_MASK, truths="a digest of all masks")
    begun(tmp_path, digest, scored("a", localisation=dict.fromkeys(ON_MASK, 1.0)))
    wanted = replace(SETTING, metrics=("sparseness@0.2", *ON_MASK))
    found = adopted(tmp_path, wanted)
    given = ("a" * 64, "saliency", METHODS["saliency"], None)
    assert found.coverage.lacking(*given) == wanted.metrics, "nobody knows on which masks"
    own = scored("a", raw=2.0, metrics={"sparseness@0.2": 0.3})
    assert found.completed(own) is None, "it does not have all"
    (aside,) = kept_aside(tmp_path)
    by_key = begun(tmp_path / SETTING.key, SETTING).folder
    donors.set_aside(by_key, Description.of(wanted, Pace()))
    assert not (by_key / donors.ASIDE).exists(), "its name would say another study"
    for file in aside.glob("*.parquet"):
        file.unlink()
    again = adopted(tmp_path, wanted)
    assert again.completed(own) == own
    assert again.coverage.lacking(*given) is None


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_kill_while_a_study_is_set_aside_loses_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "study"
    run(measuring(plan, "sparseness"), folder, monkeypatch)
    before = rows(folder)
    coming = Description.of(measuring(plan).setting, plan.pace)
    with monkeypatch.context() as patch:
        patch.setattr(Description, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            donors.set_aside(folder, coming)
    assert written(folder) == 0
    assert not run(measuring(plan, "sparseness"), folder, monkeypatch).asked
    assert rows(folder).keys() == before.keys()
    assert not run(measuring(plan), folder, monkeypatch).asked
    assert len(rows(folder)) == 6
