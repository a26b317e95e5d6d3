"""A job: what it keeps and what it computes again; by an engine without processes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.studies.jobs.fake_engine import run
from tests.studies.jobs.tiny import rows, written
from xai_core import open_study
from xai_core.attribution.methods.base import METHODS
from xai_core.base.parameters import kept
from xai_core.studies.entry import QUANTILES
from xai_core.studies.jobs import driver
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import read_status, told
from xai_core.studies.records import named
from xai_core.studies.shards import Description, Row, Shards
from xai_core.studies.store import complete


def test_it_keeps_every_row_once_and_opens_as_a_study(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, tmp_path / "a", monkeypatch)
    status = read_status(tmp_path / "a")
    assert (status.state, status.done, status.total, status.broken) == ("done", 40, 40, 2)
    assert "done: 40 of 40 pictures, 2 of them refused" in list(told(status))
    assert written(tmp_path / "a") == len(rows(tmp_path / "a")) == 38 * 2 + 2
    found = open_study(tmp_path / "a")
    assert (found.table.done, len(found.refused)) == (38, 2)
    assert found.pictures[0].name == "000.png"
    assert found.created
    again = run(plan, tmp_path / "a", monkeypatch)
    assert again.crews[0].computed == [], "nothing twice"
    more = {**plan.methods, "smoothgrad": {"m": 3}}
    run(replace(plan, methods=more), tmp_path / "a", monkeypatch)
    assert len(rows(tmp_path / "a")) == 38 * 3 + 2, "another method computes what is new"


def test_a_picture_that_came_later_is_not_told_as_left_out(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Shards.begin(tmp_path, Description.of(plan.setting))
    first.write([Row.refused("", "000.png", "There is no file."), Row.refused("", "x", "No.")])
    run(plan, tmp_path, monkeypatch)
    found = open_study(tmp_path)
    assert "000.png" in [one.name for one in found.pictures]
    assert set(found.refused) == {"007.png", "023.png", "x"}


def test_rows_from_before_a_parameter_was_added_are_in_the_study(
    plan: Plan, tmp_path: Path
) -> None:
    now = complete({"grad-cam": {}})
    before = kept(METHODS["grad-cam"].Parameters, now["grad-cam"])
    shards = Shards.begin(tmp_path, Description.of(plan.setting))
    shards.write([Row("a" * 64, "a.png", "grad-cam", before, raw=1.0)])
    shards.write([Row("b" * 64, "b.png", "grad-cam", now["grad-cam"], raw=2.0)])
    for methods in (now, {"grad-cam": before}):
        replace(plan, methods=methods).write(tmp_path)
        assert [one.name for one in open_study(tmp_path).pictures] == ["a.png", "b.png"]


def test_a_job_goes_on_with_what_the_version_before_has_computed(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "MANY", 3)
    for number in range(5):
        picture = hashlib.sha256(f"{number + 10:03d}.png".encode()).hexdigest()
        for method, given in plan.methods.items():
            entry = Row(picture, "", target=1, raw=3.0, curve=np.ones(len(QUANTILES))).entry
            told = {"method": method, "parameters": given, **entry.to_dict()}
            (tmp_path / f"{named(picture, method, given)}.json").write_text(json.dumps(told))
    engine = run(plan, tmp_path, monkeypatch)
    assert not {f"{number:03d}.png" for number in range(10, 15)} & set(engine.crews[0].computed)
    assert written(tmp_path) == len(rows(tmp_path)) == 38 * 2 + 2
    run(plan, tmp_path, monkeypatch)
    assert written(tmp_path) == 38 * 2 + 2, "taken over once"
