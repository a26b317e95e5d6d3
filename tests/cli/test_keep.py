"""`rank --keep`, and `report` of what it kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import xai_core
from tests.cli.conftest import Cli

WORDS = ("--method", "saliency", "guided-backprop", "--input-shape", "3,16,16", "--seed", "3")


def test_several_pictures_are_kept_as_a_study_and_reported(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    done = cli("rank", models / "ready.pt", picture, "cat", *WORDS, "--keep", "kept", "--json")
    assert done.returncode == 0, done.stderr
    told, study = json.loads(done.stdout), xai_core.open_study(tmp_path / "kept")
    assert list(study.methods) == ["saliency", "guided-backprop"]
    assert (study.seed, study.quantile, len(study.pictures)) == (3, 0.2, 2)
    for row, one in enumerate(told["pictures"]):
        raw = {entry["name"]: entry["score"] for entry in one["raw"]}
        after = {entry["name"]: entry["score"] for entry in one["after"]}
        for column, name in enumerate(study.methods):
            assert study.table.raw[row, column] == pytest.approx(raw[name], abs=1e-5)
            assert study.table.at(0.2)[row, column] == pytest.approx(after[name], abs=1e-5)
    for form in ("html", "png", "svg", "zip"):
        done = cli("report", "kept", "--out", f"study.{form}", "--quantile", "0.5")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"study.{form}").stat().st_size > 10_000
    assert "2 pictures" in (tmp_path / "study.html").read_text(encoding="utf-8")
    again = cli("rank", models / "ready.pt", picture, "cat", *WORDS, "--keep", "kept")
    assert again.returncode == 2
    assert "already" in again.stderr


def test_a_study_of_another_target_is_kept(cli: Cli, models: Path, tmp_path: Path) -> None:
    words = (*WORDS, "--target", "margin", "--target-set", "index=1", "--keep", "kept")
    done = cli("rank", models / "ready.pt", "cat", "rocket", *words)
    assert done.returncode == 0, done.stderr
    study = xai_core.open_study(tmp_path / "kept")
    assert "margin" in study.target_label
    done = cli("report", "kept", "--out", "study.html")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "study.html").read_text(encoding="utf-8")
    assert study.target_label in text


def test_what_cannot_be_kept_is_told(cli: Cli, models: Path, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = cli("rank", models / "ready.pt", picture, *WORDS, "--keep", "file/kept")
    assert done.returncode == 1
    assert "cannot keep" in done.stderr
    assert "1. " in done.stdout


def test_one_picture_is_kept_as_a_run(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    done = cli("rank", models / "ready.pt", picture, *WORDS, "--keep", "kept")
    assert done.returncode == 0, done.stderr
    run = xai_core.open_run(tmp_path / "kept")
    assert set(run.attributions) == {"saliency", "guided-backprop"}
    assert np.isfinite(run.attributions["saliency"].values).all()
    done = cli("report", "kept", "--out", "run.html", "--method", "saliency")
    assert done.returncode == 0, done.stderr
    wrong = cli("report", "nowhere", "--out", "run.html")
    assert wrong.returncode == 2
    assert "no readable run" in wrong.stderr
