"""Wrong usage is one line and exit code 2; nothing heavy is imported to say so."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xai_core.cli.commands import check
from xai_core.cli.main import main

STUDY = ["study", "demo", "nowhere", "--method", "saliency", "--keep", "y"]
LONG = "a" * 300
HEAVY = "sorted({'torch', 'captum', 'quantus', 'streamlit'} & set(sys.modules))"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["frobnicate"], "invalid choice"),
        (["check"], "MODEL"),
        (["check", "nowhere.pt"], "no file nowhere.pt"),
        (["check", "demo", "--input-shape", "3,224"], "C,H,W"),
        (["check", "demo", "--input-shape", "3,0,8"], "C,H,W"),
        (["check", "demo", "--target", "cat"], "no kind of target called 'cat'"),
        (["check", "demo", "--image", "nowhere.png"], "cannot be read"),
        (["check", "demo", "--image", __file__], "not a picture"),
        (["check", "demo", "--code", "nowhere.py"], "no file nowhere.py"),
        (["explain", "demo", "cat"], "--method"),
        (["explain", "demo", "cat", "--method", "salency"], "Did you mean 'saliency'"),
        (["explain", "demo", "cat", "--method", "saliency", "--set", "n"], "KEY=VALUE"),
        (["explain", "demo", "cat", "--method", "saliency", "--set", "n=3"], "no parameter 'n'"),
        (["explain", "demo", "cat", "--method", "smoothgrad", "--set", "m=x"], "type int"),
        (["explain", "demo", "dog", "--method", "saliency"], "cannot be read"),
        (["rank", "demo", "--method", "saliency"], "IMAGE"),
        (["compare", "demo", "cat", "--method", "saliency"], "IMAGE"),
        (["compare", "demo", "nowhere.pt", "cat", "--method", "saliency"], "no file nowhere.pt"),
        (["rank", "demo", "cat", "--method", "saliency", "--quantile", "2"], "between 0 and 1"),
        (["study", "demo"], "MODEL and PICTURES"),
        (["study", "demo", "x", "--method", "saliency"], "--keep FOLDER"),
        (["study", "demo", "x", "--keep", "y"], "at least one method"),
        (["study", "demo", "x", "--keep", "y", "--set", "m=3"], "METHOD.KEY=VALUE"),
        ([*STUDY, "--set", "smoothgrad.m=3"], "of no method that was asked for"),
        ([*STUDY, "--address", "a:1"], "Add --engine ray"),
        ([*STUDY, "--engine", "dask"], "invalid choice"),
        (STUDY, "no source of pictures"),
        (["study", "--resume", "nowhere"], "no study to go on with"),
        (["study", "--status", "nowhere"], "No study was computed"),
        (["study", "--cancel", "nowhere"], "No study was computed"),
        (
            ["study", "--resume", "a", "--method", "saliency", "--seed", "1"],
            "--method, --seed would",
        ),
        (["check", LONG], "File name too long"),
        (["check", "demo", "--code", LONG], "File name too long"),
        (["rank", "demo", LONG, "--method", "saliency"], "File name too long"),
        (["rank", "demo", "cat", "--method", "saliency", "--keep", LONG], "File name too long"),
        (["rank", "demo", "cat", "--method", "saliency", "--mask", LONG], "File name too long"),
        (
            ["explain", "demo", "cat", "--method", "saliency", "--out", "."],
            ". cannot be written: it is a folder",
        ),
        (["explain", "demo", "cat", "--method", "saliency", "--out", "x/y"], "no folder x"),
        (["study", "--status", "a", "--resume", "b"], "not allowed with"),
    ],
)
def test_wrong_usage(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(words)
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1


def test_an_output_that_is_full_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(args: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(check, "run", full)
    assert main(["check", "demo"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import contextlib, runpy, sys; sys.argv[1:] = ['--help']\n"
        "with contextlib.suppress(SystemExit): runpy.run_module('xai_core', run_name='__main__')\n"
        f"print({HEAVY})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert "check" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", ["xai_core", "xai_core.cli.main", "xai_core.cli.commands.rank"])
def test_nothing_heavy_is_imported(module: str) -> None:
    script = f"import sys, {module}; print({HEAVY})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=_root()
    )
    assert done.stdout.strip() == "[]"


def _root() -> Path:
    return Path(__file__).resolve().parents[2]
