"""The host counts for itself, and what a trusted model computed stays with those who trusted it."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.maps.scale_job import origin_of
from components.methods.compute import same_input
from components.session import run_source
from components.session.state.workspace import Source
from components.trust.measurements import key_of
from xai_core.base.errors import ModelError, WorkerError
from xai_core.demo.run import demo_run
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.models.other_inputs import OtherInput
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness import rejected
from xai_core.runs.opening import code_of, opening_of
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run
from xai_core.worker import Worker
from xai_core.worker.connection import Connection
from xai_core.worker.counting import Counting
from xai_core.worker.operations import models

CODE = Path(__file__).with_name("lying_code.py")
RUN = replace(demo_run(), input_spec=InputSpec())


@pytest.fixture(scope="module")
def idle() -> Any:
    with Worker() as worker:
        yield worker


def test_a_card_with_another_sha256_ends_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    spec = importlib.util.spec_from_file_location("lying_code", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lying_code", module)
    monkeypatch.setattr(models, "_card", models._card)  # the lie is for its own process
    spec.loader.exec_module(module)
    torch.save(module.Liar(), tmp_path / "liar.pt")
    with Worker() as worker:
        with pytest.raises(WorkerError, match="SHA-256 that is not the file's"):
            worker.load(tmp_path / "liar.pt", LoadOptions(code=(CODE,), trust=True))
        assert not worker.alive


@pytest.mark.parametrize("told", [{"sha256": "0" * 64}, {"sha256": ""}, {"size": 5}])
def test_an_inspection_that_says_otherwise_is_not_believed(
    told: dict[str, Any], idle: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    true = Inspection("torch-eager", 7, hashlib.sha256(b"weights").hexdigest())
    monkeypatch.setattr(Connection, "ask", lambda *args, **given: true)
    assert idle.inspect(path) == true
    monkeypatch.setattr(Connection, "ask", lambda *args, **given: replace(true, **told))
    with pytest.raises(WorkerError, match="not the file's"):
        idle.inspect(path)


@pytest.mark.parametrize("told", [{"sha256": "0" * 64}, {"file": "other.pt"}])
def test_a_verdict_that_says_otherwise_is_not_believed(
    told: dict[str, Any], idle: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    error = ModelError("It is broken.", code="corrupt-file")
    true = rejected(path, error)
    monkeypatch.setattr(Connection, "ask", lambda *args, **given: true)
    assert idle.rejected(path, error) == true
    monkeypatch.setattr(idle._connection, "counted", Counting(path).result())
    assert idle.assess() == true
    monkeypatch.setattr(Connection, "ask", lambda *args, **given: replace(true, **told))
    with pytest.raises(WorkerError, match="not the file's"):
        idle.rejected(path, error)
    with pytest.raises(WorkerError, match="not the file's"):
        idle.assess()


def test_what_was_counted_is_counted_again_once_a_file_changed(tmp_path: Path) -> None:
    inner = tmp_path / "folder" / "inner"
    inner.mkdir(parents=True)
    (inner / "weights").write_bytes(b"one")
    before = digest(tmp_path / "folder")
    (inner / "weights").write_bytes(b"two")  # of one size, and the folder itself did not change
    assert digest(tmp_path / "folder") != before


def options(tmp_path: Path) -> dict[str, LoadOptions]:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    for folder, first, second in (("one", "x = 1", "x = 2"), ("two", "x = 2", "x = 1")):
        (tmp_path / folder / "a.py").write_text(first)
        (tmp_path / folder / "b.py").write_text(second)
    inputs = {}
    for name in ("one", "two"):
        file = tmp_path / name / "mask.npy"
        np.save(file, np.full((2, 2), len(inputs)))
        inputs[name] = (OtherInput("mask", file=file, called="mask.npy"),)
    one, two = ((tmp_path / name / "a.py", tmp_path / name / "b.py") for name in ("one", "two"))
    return {
        "plain": LoadOptions(),
        "trust": LoadOptions(trust=True),
        "code": LoadOptions(code=one[:1]),
        "trusted code": LoadOptions(code=one[:1], trust=True),
        "other code": LoadOptions(code=two[:1], trust=True),
        "two files": LoadOptions(code=one, trust=True),
        "their names swapped": LoadOptions(code=two, trust=True),
        "architecture": LoadOptions(architecture="resnet18"),
        "output": LoadOptions(output="[1]"),
        "weights": LoadOptions(weights="ema"),
        "head": LoadOptions(head_activation="gelu"),
        "format": LoadOptions(format="onnx"),
        "another input": LoadOptions(other_inputs=inputs["one"]),
        "its bytes": LoadOptions(other_inputs=inputs["two"]),
    }


def trusted(one: LoadOptions) -> bool:
    return one.trust or bool(one.code)


def run_of(one: LoadOptions) -> Run:
    return replace(RUN, opening=opening_of(one), trusted=trusted(one))


def test_no_two_ways_of_opening_share_maps_measurements_or_runs(tmp_path: Path) -> None:
    ways = options(tmp_path)
    runs = {name: run_of(one) for name, one in ways.items()}
    origins = {name: origin_of(run, "sum") for name, run in runs.items()}
    assert len({one.key for one in origins.values() if one}) == len(ways)
    place = ("faithfulness", next(iter(RUN.attributions)))
    assert len({key_of(run, Recipe(), place) for run in runs.values()}) == len(ways)
    for name, run in runs.items():
        alike = [way for way, one in ways.items() if run_source.opened_alike(one, run)]
        assert alike == [name]
    prepared = SimpleNamespace(picture=RUN.pixels)
    for name, run in runs.items():
        for other, asked in runs.items():
            request: Any = SimpleNamespace(**{**vars(asked), "prepared": prepared})
            assert same_input(run, request) == (name == other)


def test_a_trusted_run_of_before_is_taken_for_nobody_elses() -> None:
    old = replace(RUN, opening="", trusted=True)
    assert origin_of(old, "sum") is None
    for one in (LoadOptions(), LoadOptions(trust=True)):
        assert not run_source.opened_alike(one, old)
    plain = replace(RUN, opening="")
    assert run_source.opened_alike(LoadOptions(), plain)
    assert not run_source.opened_alike(LoadOptions(trust=True), plain)
    assert origin_of(plain, "sum") is not None


def test_the_same_bytes_opened_otherwise_are_not_the_runs_model(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    run = replace(run_of(LoadOptions()), model_sha256=hashlib.sha256(b"weights").hexdigest())
    assert run_source.is_of(Source("model", path), run)
    assert not run_source.is_of(Source("model", path, LoadOptions(trust=True)), run)
    assert not run_source.is_of(Source("model", tmp_path / "none.pt"), run)


def test_how_a_model_was_opened_stays_with_its_run(tmp_path: Path) -> None:
    one = LoadOptions(trust=True)
    run_of(one).write(tmp_path / "run")
    assert open_run(tmp_path / "run").opening == opening_of(one)


def test_an_only_python_file_counts_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "b.py").write_text("x = 1")
    assert code_of([tmp_path / "a.py"]) == code_of([tmp_path / "b.py"])
