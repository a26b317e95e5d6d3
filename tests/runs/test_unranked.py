"""A map whose relevance is lost is ranked nowhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.session.jobs.cache import ResultCache
from components.trust import controls, measurements
from components.tuning.bench import maps_of
from components.tuning.view import View
from tests.node import NODE
from tests.runs.small import small_run
from xai_core import bench
from xai_core.bench import payload
from xai_core.cli.ranking import measured
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.notebook import of_run
from xai_core.report import sentences
from xai_core.report.subject import subject_of
from xai_core.runs.computation import NONE
from xai_core.runs.run import Run, Score
from xai_core.scores.measurement import Measurement
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.entry import measured as measured_entry

LOST = {"relevance_sum": 0.1, "relevance_given": 1.0}
LINE = """import { Model } from "./model.js";
import { prepared } from "./removal.js";
const map = prepared(new Float64Array([1, 2, 3, 9]));
const model = new Model();
model.load({ maps: [map, { ...map, unranked: "lost" }] });
model.compute();
console.log(JSON.stringify([model.places, model.states.map((state) => state.cause)]));
"""


def lost(name: str = "smoothgrad") -> Run:
    """A small run, and the relevance of one of its maps is lost."""
    run = small_run()
    one = replace(run.attributions[name], chosen=LOST)
    return replace(run, attributions={**run.attributions, name: one})


def header(data: bytes) -> dict[str, object]:
    length = int.from_bytes(data[:4], "little")
    found: dict[str, object] = json.loads(data[4 : 4 + length])
    return found


def test_the_bench_draws_no_curve_of_it_and_is_told_why() -> None:
    run = lost()
    before = {name: before_removal(one, run.recipe)[0] for name, one in run.attributions.items()}
    told = header(maps_of(run, View(Recipe(), 0.2, before, {}, {}, 256, {})).data)
    assert set(told["sweep"]["smoothgrad"]) == {None}  # type: ignore[index]
    assert None not in told["sweep"]["saliency"]  # type: ignore[index]
    assert told["crossings"] == []
    whys = [one["unranked"] for one in told["methods"]]  # type: ignore[attr-defined]
    assert whys[0] == ""
    assert whys[1].startswith("Its relevance adds up to 10% of the score")


def test_a_report_tells_of_no_crossing_with_it() -> None:
    assert any("overtakes" in one for one in sentences.of(subject_of(small_run())))
    shared = subject_of(lost())
    assert not any("overtakes" in one or "flip" in one for one in sentences.of(shared))
    assert np.isnan(shared.curves["smoothgrad"]).all()
    assert len(shared.curves["saliency"]) == len(payload.QUANTILES)


def test_the_browser_gives_it_no_place(tmp_path: Path) -> None:
    for name in ("model.js", "removal.js"):
        shutil.copy(Path(bench.__file__).parent / "js" / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "line.js").write_text(LINE)
    done = subprocess.run([NODE, "line.js"], cwd=tmp_path, capture_output=True, check=True)
    assert json.loads(done.stdout) == [[1, None], [None, "lost"]]


class Giving:
    """Stands for a worker: every map scores 1."""

    def score(self, maps: np.ndarray, *_: object) -> np.ndarray:
        return np.ones(len(maps))

    def measure(self, *_: object, **__: object) -> Measurement:
        return Measurement(1.0)


@pytest.mark.parametrize("metric", ["complexity", "deletion", "localisation-auc"])
def test_the_command_line_scores_it_by_no_metric(
    metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lost()
    mask = np.arange(256).reshape(16, 16) < 100
    monkeypatch.setattr(measured, "mask_of", lambda run: (mask, ""))
    worker: Any = Giving()
    inputs = np.zeros((1, 3, 16, 16), np.float32)
    scores, causes = measured.scored(worker, inputs, run, AskedMetric.of_text(metric, 0.2))
    assert scores["saliency"] == Score(1.0, 1.0)
    assert np.isnan([scores["smoothgrad"].raw, scores["smoothgrad"].after]).all()
    assert causes["smoothgrad"].startswith("Its relevance adds up to 10% of the score")


def test_trust_asks_for_no_score_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def score(run: Run, recipe: Recipe, metric: str, names: list[str]) -> list[Measurement]:
        asked.append(names)
        return [Measurement(1.0)] * len(names)

    monkeypatch.setattr(measurements, "_scored", score)
    cache = ResultCache()
    monkeypatch.setattr(measurements, "known", lambda: cache)
    run = lost()
    found = measurements.of(run, run.recipe, ["complexity", "deletion"])
    assert asked == [["saliency"]]
    assert found.missing == (("deletion", "saliency"),)
    for metric in ("complexity", "deletion"):
        assert np.isnan(found.scores(metric)["smoothgrad"])
        cause = found.found[metric, "smoothgrad"].cause or ""
        assert cause.startswith("Its relevance adds up to 10% of the score")


def test_a_study_keeps_how_long_it_took() -> None:
    run = lost()
    assert measured_entry(run.attributions["smoothgrad"], run.recipe).seconds == 0.5


def test_a_notebook_shows_why_it_has_no_score() -> None:
    run = lost()
    shown = of_run(replace(run, scores={**run.scores, "smoothgrad": NONE}))
    assert "nan" not in re.sub(r'src="[^"]*"', "", shown)
    assert "Its relevance adds up to 10% of the score" in shown


def test_beside_its_control_stands_no_figure() -> None:
    view = View(Recipe(), 0.2, {}, {}, {}, 256, {})
    assert controls._note(view, NONE) == "q = 0.20"
    assert controls._note(view, Score(2.0, 1.0)) == "q = 0.20 · 1.000 nats"
