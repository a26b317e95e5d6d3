"""What measures studies: each benchmark by its name, and the study whose driver may be killed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.__main__ import main
from benchmarks._quick_study import compute
from benchmarks.measuring import names
from benchmarks.results import Measured
from benchmarks.timing import Goal
from xai_core.studies.engines.base import ENGINES
from xai_core.studies.jobs import writer
from xai_core.studies.jobs.status import read_status
from xai_core.studies.shards import Shards, files


def test_a_benchmark_is_a_file_with_cases() -> None:
    assert {"studies", "study_faults", "study_growth", "runs"} < set(names())
    assert not {"gpu", "machine", "measuring", "_study"} & set(names())


def test_rows_alone_are_not_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "sweep", "--only", "x", "--keep"])
    with pytest.raises(SystemExit):
        main()
    assert "leave out --only" in capsys.readouterr().err


def test_a_study_without_a_model_fills_the_disk_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((writer, "EVERY"), (writer, "FILES"), (files, "write_bytes")):
        monkeypatch.setattr(module, name, getattr(module, name))  # as before, afterwards
    assert ENGINES.names()
    monkeypatch.setattr(ENGINES, "_items", dict(ENGINES._items))
    pictures, kept = tmp_path / "pictures", tmp_path / "kept"
    pictures.mkdir()
    for number in range(40):
        (pictures / f"{number}.png").touch()
    plain = files.write_bytes
    compute(pictures, kept, 0)
    assert read_status(kept).state == "failed"
    monkeypatch.setattr(files, "write_bytes", plain)
    compute(pictures, kept)
    shards = Shards(kept)
    assert len({row.key(shards.key) for row in shards.rows()}) == 80


def test_a_page_keeps_what_others_have_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "PAGE", tmp_path / "RESULTS.md")
    one = Measured("one", "Is it?", "s", {"a": 1.0, "b": 2.0}, (Goal("a", "b", 1),))
    results.keep("here", [one], {})
    page = results.PAGE.read_text(encoding="utf-8")
    results.keep("here", [replace(one, name="two")], {"three": "no time"})
    both = results.PAGE.read_text(encoding="utf-8")
    assert both.count("| one | a | b | 0.50 |") == both.count("| two | a | b | 0.50 |") == 1
    assert page[page.index("## one") :].strip() in both
    results.keep("here", [one], {})
    assert results.PAGE.read_text(encoding="utf-8").count("## one\n") == 1
    assert "Not measured: no time" in results.PAGE.read_text(encoding="utf-8")
