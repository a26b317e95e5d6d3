"""The report and the zip of a study have the metrics that were measured beside the score."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.studies.small_study import small_study
from xai_core.report.study import files, metrics
from xai_core.report.study.page import html_of
from xai_core.report.study.subject import study_subject_of
from xai_core.scores.statistics import statistics


def test_further_metrics_are_in_the_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "card", SimpleNamespace(png=lambda *_: b"", svg=lambda _: b""))
    monkeypatch.setattr(files, "html_of", lambda _: b"")
    study = small_study(2)
    values = np.array([[0.1, 0.2, 0.3], [0.4, np.nan, 0.6]])
    measured = replace(study, table=replace(study.table, figures={"sparseness@0.2": values}))
    assert "metrics.csv" not in dict(files._entries(study_subject_of(study)))
    data = dict(files._entries(study_subject_of(measured)))["metrics.csv"]
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [float(one["sparseness@0.2"]) for one in rows] == pytest.approx(
        values.ravel().tolist(), nan_ok=True
    )
    assert rows[4]["method"] == list(study.methods)[1]


def test_they_are_in_the_report_with_their_intervals_the_best_marked() -> None:
    study, draws = small_study(12), np.random.default_rng(0)
    best = draws.uniform(0.4, 0.5, (12, 3)) + np.array([0.3, 0.0, 0.1])
    hit = np.where(np.arange(12)[:, None] < 5, [1.0, 0.0, 1.0], np.nan)
    given = {"pointing-game@0.2": hit, "sparseness@0.2": best, "of-tomorrow@0.2": best}
    reasons = {(row, 0, "pointing-game@0.2"): "<No mask.>" for row in range(5, 12)}
    table = replace(study.table, figures=given, reasons=reasons)
    subject = study_subject_of(replace(study, table=table))
    text = "".join(metrics.parts(subject))
    assert "Further metrics" in html_of(subject).decode()
    assert "Further metrics" not in html_of(study_subject_of(study)).decode()
    rows = [re.findall(r"<td.*?</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)[1:]]
    found = statistics(best, lower=False).means
    told = f"{found.mean[0]:.4g}<br><small>{found.low[0]:.4g} to {found.high[0]:.4g}, n 12</small>"
    assert rows[0][1] == f'<td class="best">★ {told}</td>', "higher is better"
    assert "★" not in rows[1][1] + rows[2][1]
    assert ["★" in row[2] for row in rows] == [True, False, True], "of two equal ones both"
    assert ["n 5" in row[2] for row in rows] == [True] * 3
    assert all("★" not in row[3] for row in rows), "nobody knows which values are better"
    assert "Sparseness ↑<br><small>after removal at 0.2</small>" in text
    assert "7 maps: &lt;No mask.&gt;" in text
