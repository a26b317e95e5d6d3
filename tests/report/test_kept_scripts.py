"""Scripts that reports of an earlier version hold still run, under the names of that version."""

from __future__ import annotations

import ast
import hashlib
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import xai_core
from tests.dose import soaked
from xai_core.attribution.explanation import explain
from xai_core.models.demo import demo_weights
from xai_core.models.loading import load_model
from xai_core.moved import MOVED
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import open_picture, prepare

ROOT = Path(__file__).parents[2]
WRITTEN = Path(__file__).parent / "written"


def run(text: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "repeat.py").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "repeat.py", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_the_script_of_a_run_gives_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (WRITTEN / "run.py.txt").read_text(encoding="utf-8")
    kept = "5e96dc107badf63ba761bb9b894680c404dcedf1d6329fb858c310a53e7bbc4c"
    assert kept in text  # of the processor that wrote it: another one rounds otherwise
    model = load_model(demo_weights())
    inputs = prepare(open_picture(picture_path("rocket")), model.input_spec).inputs
    here = explain(model, inputs, 657, "guided-backprop").values
    text = text.replace(kept, hashlib.sha256(here.tobytes()).hexdigest())
    (tmp_path / "repeat.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["repeat.py"])
    with pytest.raises(SystemExit) as left:
        runpy.run_path("repeat.py", run_name="__main__")
    assert not left.value.code
    assert "same bits" in capsys.readouterr().out


@soaked  # the new script of a study runs in test_study_report.py
def test_the_script_of_a_study_gives_the_same_scores(tmp_path: Path) -> None:
    done = run((WRITTEN / "study.py.txt").read_text(encoding="utf-8"), tmp_path, "demo")
    *_, last = done.stdout.splitlines() or [done.stderr]
    apart = 0.0 if last == "same bits" else float(last.split()[4])
    assert apart < 1e-3, done.stdout + done.stderr


OLD_NAMES = """
import importlib
from xai_core.moved import MOVED
for old, new in MOVED.items():
    module = importlib.import_module(new)
    assert importlib.import_module(old) is module, old
    assert module.__spec__.name == module.__name__ == new
"""


def test_an_old_name_gives_the_module_itself() -> None:
    subprocess.run([sys.executable, "-c", OLD_NAMES], cwd=ROOT, check=True, timeout=60)


def test_every_old_name_that_the_scripts_import_is_in_the_table() -> None:
    for file in WRITTEN.glob("*.txt"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("xai_core."):
                place = ROOT / str(node.module).replace(".", "/")
                there = place.is_dir() or place.with_suffix(".py").is_file()
                assert there or node.module in MOVED, node.module


def test_a_new_script_imports_nothing_but_the_public_names() -> None:
    from xai_core.report import code
    from xai_core.report.study import code as study_code

    for text in (code.SCRIPT.template, study_code.SCRIPT.template):
        assert "from xai_core" not in text
        assert "import xai_core." not in text
        for part in text.split("xai_core.")[1:]:
            name = part.split("(")[0].split(".")[0].split(",")[0].strip()
            assert name in xai_core.__all__, name
