"""What a job keeps and says when workers die, someone stops it, or the disk is full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tests.studies.jobs.fake_engine import run
from tests.studies.jobs.tiny import rows, written
from xai_core import open_study
from xai_core.attribution.batches.order import Refused
from xai_core.base.errors import Cancelled, ModelError, WorkerError, XaiError
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.task import Task
from xai_core.studies.host.truth import unmeasured
from xai_core.studies.jobs import driver, writer
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.retries import Retries
from xai_core.studies.jobs.status import read_status
from xai_core.studies.shards import Row, Shards
from xai_core.studies.sources import Listed


def test_a_dead_worker_costs_its_chunk_and_a_deadly_picture_only_itself(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[str] = Counter()

    def deed(chunk: Chunk) -> Outcome | None:
        seen.update(one.name for one in chunk.pictures)
        deadly = any(one.name == "012.png" for one in chunk.pictures)
        return Outcome(chunk, died="Segfault.") if deadly else None

    run(plan, tmp_path, monkeypatch, deed)
    status = read_status(tmp_path)
    assert (status.done, status.deaths, status.broken) == (40, 3, 3)
    (given_up,) = (row for row in rows(tmp_path).values() if row.name == "012.png")
    assert "ended its worker twice. Segfault." in (given_up.cause or "")
    assert given_up.picture, "named by its bytes: another name does not try it again"
    assert given_up.kind == "lost"
    assert open_study(tmp_path).refused.keys() == {"007.png", "012.png", "023.png"}
    assert max(seen.values()) == 3
    assert set(seen.values()) <= {1, 2, 3}
    again = run(plan, tmp_path, monkeypatch)
    assert again.crews[0].computed == ["012.png"], "it may have been the lack of memory"
    assert open_study(tmp_path).refused.keys() == {"007.png", "023.png"}
    assert Shards(tmp_path).refused().keys() == {"007.png", "023.png"}


def test_two_pictures_of_one_name_have_two_tries_each() -> None:
    retries = Retries(cast(Task, SimpleNamespace(setting=SimpleNamespace(metrics=()))))
    for number in range(2):
        chunk = Chunk(number, (Listed("a.png", f"{number}"),))
        assert retries.judged(Outcome(chunk, died="Segfault.")).rows == ()
    assert [retries.next() is None for _ in range(3)] == [False, False, True]


def test_a_metric_that_is_deadly_costs_a_picture_its_metrics_alone(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deed(chunk: Chunk) -> Outcome | None:
        deadly = any(one.name == "012.png" for one in chunk.pictures) and not chunk.unmeasured
        return Outcome(chunk, died="Segfault.") if deadly else None

    measured = replace(plan, setting=replace(plan.setting, metrics=("sparseness",)))
    run(measured, tmp_path, monkeypatch, deed)
    status = read_status(tmp_path)
    assert (status.done, status.deaths, status.broken) == (40, 3, 2)
    assert open_study(tmp_path).refused.keys() == {"007.png", "023.png"}
    found: Any = {"saliency": object(), "grad-cam": Refused(None, "It has no layer.")}
    (figures,) = unmeasured([found], measured.setting.metrics)
    assert figures.keys() == {"saliency"}
    (metric,) = measured.setting.metrics
    assert np.isnan(figures["saliency"].values[metric])
    assert "twice" in figures["saliency"].reasons[metric]


def test_a_model_that_always_dies_ends_the_job(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkerError, match=r"one after the other\. Out of memory"):
        run(plan, tmp_path, monkeypatch, lambda chunk: Outcome(chunk, died="Out of memory."))
    assert read_status(tmp_path).state == "failed"
    failure = ModelError("It needs code.", code="missing-code").to_dict()
    with pytest.raises(ModelError, match="needs code"):
        run(plan, tmp_path, monkeypatch, lambda chunk: Outcome(chunk, failure=failure))


def test_a_cancel_and_an_error_keep_what_is_finished(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "chunk_size", lambda *_: 2)
    monkeypatch.setattr(writer, "MANY", 1)

    def stop(chunk: Chunk) -> None:
        if chunk.number == 6:
            driver.ask_to_stop(tmp_path)

    with pytest.raises(Cancelled):
        run(plan, tmp_path, monkeypatch, stop)
    assert read_status(tmp_path).state == "cancelled"
    kept = len(rows(tmp_path))
    assert 0 < kept < 40

    def full(chunk: Chunk) -> None:
        if chunk.number == 15:
            monkeypatch.setattr(Shards, "write", no_room)

    with pytest.raises(XaiError, match="disk is full"):
        run(plan, tmp_path, monkeypatch, full)
    assert read_status(tmp_path).error.startswith("The server's disk is full")
    assert kept < len(rows(tmp_path)) < 78
    monkeypatch.undo()
    run(plan, tmp_path, monkeypatch)
    assert written(tmp_path) == len(rows(tmp_path)) == 38 * 2 + 2


def no_room(shards: Shards, rows: Sequence[Row]) -> None:
    if rows:
        raise XaiError("The server's disk is full.")
