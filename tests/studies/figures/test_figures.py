"""Metrics beside the score: measured with the maps, kept in shards, read by every reader."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.studies.study_process import SETTING, InProcess, subjects
from xai_core import explain, open_summary, score
from xai_core.base.errors import Cancelled
from xai_core.cli.study.summary import summary_text
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.scores.public.asked_metric import asked_metrics, localisation_metrics
from xai_core.studies.computation import Subject, conduct, decoded
from xai_core.studies.figures.measured import NO_MASK, Truth, figures_of
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.jobs.result import result_of
from xai_core.studies.jobs.status import Reporter
from xai_core.studies.result import open_study
from xai_core.studies.shards import Row, Shards
from xai_core.studies.store import Study, complete

METHODS = {"saliency": {}, "guided-backprop": {}}
METRICS = asked_metrics(["sparseness", "sparseness@raw", "deletion:steps=4"], 0.2)
ON_MASK = localisation_metrics(0.2)
WHOLE = replace(SETTING, metrics=(*METRICS, *ON_MASK))
MASK = np.zeros((20, 20), bool)
MASK[4:9, 4:12] = True


def truth(subject: Subject, spec: InputSpec) -> Truth:
    """Of the first picture a mask, of the second none that can be read, of the third none."""
    return {"0.png": MASK, "1.png": "Its mask cannot be used."}.get(subject.name)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, list[Subject], InProcess]:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "pictures").mkdir()
    draws = np.random.default_rng(4)
    for number in range(3):
        values = draws.integers(0, 255, (20, 20, 3), np.uint8)
        Image.fromarray(values).save(folder / "pictures" / f"{number}.png")
    found, worker = Study(WHOLE, folder), InProcess()
    pictures = subjects(folder / "pictures")
    conduct(found, pictures, METHODS, lambda: nullcontext(worker), truth=truth)
    return found, pictures, worker


def test_they_are_those_of_the_library_and_a_bad_mask_costs_the_score_nothing(study: Any) -> None:
    found, pictures, worker = study
    summary = open_summary(found.folder)
    assert {*summary.figures} == {*WHOLE.metrics}
    assert np.isfinite(summary.scores).all()
    order = [int(one.removesuffix(".png")) for one in summary.names(range(3))]
    inputs = decoded(pictures[0].path, SETTING.spec).inputs
    made = explain(worker.net, inputs, None, "saliency", 3)
    at = (order.index(0), summary.methods.index("saliency"))
    for metric, name, more in (
        ("sparseness@0.2", "sparseness", {}),
        ("deletion@0.2:steps=4", "deletion", {"model": worker.net, "inputs": inputs, "steps": 4}),
        ("pointing-game@0.2", "pointing-game", {"masks": MASK}),
        ("localisation-auc@0.2", "localisation-auc", {"masks": MASK}),
    ):
        (expected,) = score(made, name, recipe=Recipe(quantile=0.2), **more)
        assert summary.figures[metric][at] == pytest.approx(expected, nan_ok=True), metric
    raw, after = (summary.figures[f"sparseness@{place}"][at] for place in ("raw", "0.2"))
    assert raw < after
    reasons = summary.reasons["pointing-game@0.2"]
    assert reasons == {"Its mask cannot be used.": 2, NO_MASK: 2}
    assert np.isfinite(summary.figures["sparseness@0.2"]).all()
    best = summary.measured["sparseness@0.2"].order[0]
    means = np.nanmean(summary.figures["sparseness@0.2"], 0)
    assert best == means.argmax(), "higher is better"


def test_a_cancel_is_heard_while_it_is_measured(study: Any) -> None:
    _, pictures, worker = study
    prepared, cancel = decoded(pictures[0].path, SETTING.spec), threading.Event()
    made = {"saliency": explain(worker.net, prepared.inputs, None, "saliency", 3)}

    class Hearing:
        explain_many = worker.explain_many

        def measure_many(self, *_: Any, cancel: threading.Event) -> Any:
            cancel.set()
            raise Cancelled

    with pytest.raises(Cancelled):
        figures_of(Hearing(), [prepared], [None], [made], METRICS, Recipe(), cancel)
    assert cancel.is_set()


def test_every_reader_has_them(study: Any, tmp_path: Path) -> None:
    found, pictures, _ = study
    ids = [one.sha256 for one in pictures]
    table = found.table(ids, complete(METHODS))
    again = Study(WHOLE, found.folder.parent).table(ids, complete(METHODS))
    plan = Plan(Path("net.pt"), "net", WHOLE, str(pictures[0].path.parent), complete(METHODS))
    plan.write(found.folder)
    assert read_plan(found.folder).setting == WHOLE
    result = result_of(found.folder)
    result.write(tmp_path / "kept")
    for one in (again, result.table, open_study(tmp_path / "kept").table):
        assert one.reasons == table.reasons
        for metric, values in table.figures.items():
            np.testing.assert_array_equal(one.figures[metric], values)
    part = result.of(["guided-backprop"]).table
    np.testing.assert_array_equal(part.figures[METRICS[0]][:, 0], table.figures[METRICS[0]][:, 1])
    assert replace(result, table=replace(table, figures={})).fingerprint != result.fingerprint
    Reporter(found.folder, "local").end("done")
    lines = list(summary_text(found.folder, 0.2))
    at = lines.index("Sparseness after removal at 0.2, higher is better (sparseness@0.2)")
    assert "of 3" in lines[at + 1]
    assert any("none for 2 maps: Its mask cannot be used." in line for line in lines)


def test_other_metrics_are_another_study_and_without_any_the_key_is_that_of_before(
    study: Any, tmp_path: Path
) -> None:
    assert Study(SETTING, tmp_path).folder.name != study[0].folder.name
    assert not {"metrics", "truths"} & set(SETTING.told)
    assert replace(WHOLE, truths="a").key != WHOLE.key
    plain = replace(SETTING, recipe=Recipe(quantile=0.3), metrics=("mst-c", "mst-c@0.3"))
    assert plain.metrics == ("mst-c@0.3",)


def test_shards_of_before_are_read_and_merged_with_those_of_today(study: Any) -> None:
    found = study[0]
    shards = Shards(found.folder)
    path = shards.write([Row("f" * 64, "old.png", "saliency", {"absolute": True}, raw=1.0)])
    assert path is not None
    old = pq.read_table(path).drop_columns(["reasons", "mask"])
    pq.write_table(old, path)
    assert len(list(shards.rows())) == 7
    assert open_summary(found.folder).pictures == 4
    assert shards.compact() >= 1
    rows = {row.name: row for row in shards.rows()}
    assert (len(rows), rows["old.png"].reasons) == (4, {})
    assert rows["0.png"].localisation
    assert not shards.skipped
