"""The zip of a study has the metrics that were measured beside the score."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.studies.small_study import small_study
from xai_core.report.study import files
from xai_core.report.study.subject import study_subject_of


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
