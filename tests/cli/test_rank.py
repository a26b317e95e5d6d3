from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits

WORDS = ("--method", "saliency", "guided-backprop", "--input-shape", "3,16,16")


def test_the_ranking_raw_and_after_removal(cli: Cli, models: Path, picture: Path) -> None:
    words = (models / "ready.pt", picture, "cat", *WORDS, "--quantile", "0.5")
    done = cli("rank", *words, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["schema"], result["metric"], result["quantile"]) == (1, "complexity", 0.5)
    assert [Path(one["picture"]).name for one in result["pictures"]] == ["noise.png", "cat"]
    for one in result["pictures"]:
        for entries in (one["raw"], one["after"]):
            assert {entry["name"] for entry in entries} == {"saliency", "guided-backprop"}
            scores = [entry["score"] for entry in entries]
            assert scores == sorted(scores)
            assert [entry["place"] for entry in entries] == [1, 2]
            assert all(0 < entry["effective_share"] <= 1 for entry in entries)
        first, second = (entry["score"] for entry in one["after"])
        assert one["headline"]["state"] == "sure"  # no draws, and no rounding
        assert one["headline"]["margin"]["nats"] == pytest.approx(second - first)
        assert one["headline"]["margin"]["spread"] == 0
        assert one["headline"]["sentence"].startswith(one["after"][0]["name"])


def test_a_method_without_a_map_is_named_and_not_ranked(
    cli: Cli, models: Path, picture: Path
) -> None:
    words = ("--method", "saliency", "--method", "guided-grad-cam", "--input-shape", "3,16,16")
    done = cli("rank", models / "against.pt", picture, *words)
    assert done.returncode == 0, done.stderr
    assert "1. saliency" in done.stdout
    assert "no score for guided-grad-cam: " in done.stdout


def test_another_metric_turns_the_order_where_higher_is_better(
    cli: Cli, models: Path, picture: Path
) -> None:
    words = ("--method", "saliency", "guided-backprop", "--metric", "sparseness", "--json")
    done = cli("rank", models / "ready.pt", picture, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["metric"] == "sparseness"
    assert "Gini" in told["definition"]
    scores = [entry["score"] for entry in told["pictures"][0]["raw"]]
    assert scores == sorted(scores, reverse=True)


def test_controls_stand_apart_and_are_never_ranked(cli: Cli, models: Path, picture: Path) -> None:
    done = cli("rank", models / "ready.pt", picture, *WORDS, "--controls", "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["pictures"]
    methods = {"saliency", "guided-backprop"}
    assert {entry["name"] for entry in one["after"]} == methods
    assert set(one["controls"]["picture"]) == {"uniform-noise", "edges"}
    assert set(one["controls"]["methods"]) == methods
    for name, found in one["controls"]["methods"].items():
        scores = {**one["controls"]["picture"], "random-weights": found["random-weights"]}
        (own,) = (entry["score"] for entry in one["after"] if entry["name"] == name)
        assert set(found["not_beaten"]) == {
            control for control, score in scores.items() if score and score["after"] <= own
        }
    told = cli("rank", models / "ready.pt", picture, *WORDS, "--controls").stdout
    assert "controls, not ranked" in told
    assert "saliency, random-weights" in told


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures, one of them in a folder of its own, and a broken one."""
    found = tmp_path / "photos"
    (found / "deep").mkdir(parents=True)
    rng = np.random.default_rng(1)
    for name in ("a.png", "b.png", "c.png", "d.png", "deep/e.png"):
        Image.fromarray(rng.integers(0, 255, (20, 20, 3), np.uint8)).save(found / name)
    (found / "broken.png").write_text("a letter")
    (found / "notes.txt").write_text("not looked at")
    return found


def test_a_folder_is_ranked_with_statistics(cli: Cli, models: Path, folder: Path) -> None:
    words = ("rank", models / "ready.pt", folder, *WORDS)
    done = cli(*words, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["pictures"]) == 5
    assert [Path(name).name for name in told["refused"]] == ["broken.png"]
    for one in told["statistics"]["means"]:
        scores = [
            entry["score"]
            for picture in told["pictures"]
            for entry in picture["after"]
            if entry["name"] == one["name"]
        ]
        assert one["mean"] == pytest.approx(np.mean(scores))
        assert one["interval"][0] <= one["mean"] <= one["interval"][1]
        assert one["pictures"] == 5
    (pair,) = told["statistics"]["neighbours"]
    assert {pair["front"], pair["back"]} == {"saliency", "guided-backprop"}
    text = cli(*words).stdout
    assert "Over 5 pictures" in text
    assert "Kendall's W = " in text
    assert "left out: " in text


def test_one_picture_has_no_statistics(cli: Cli, models: Path, picture: Path) -> None:
    done = cli("rank", models / "ready.pt", picture, *WORDS, "--json")
    assert json.loads(done.stdout)["statistics"] is None


def test_a_folder_without_a_picture_is_wrong_usage(cli: Cli, models: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = cli("rank", models / "ready.pt", "empty", *WORDS)
    assert done.returncode != 0
    assert "no picture that can be read" in done.stderr


def test_a_metric_that_asks_the_model(cli: Cli, models: Path, picture: Path) -> None:
    words = ("--method", "saliency", "guided-backprop", "--json", "--metric")
    done = cli("rank", models / "ready.pt", picture, *words, "deletion:steps=4,value=0.5")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["metric"], told["parameters"]) == ("deletion", {"steps": 4, "value": 0.5})
    for wrong in ("deletion:steps=1", "deletion:step=4", "deletion@0.2", "deletio"):
        done = cli("rank", models / "ready.pt", picture, *words, wrong)
        assert (done.returncode, "deletion" in done.stderr) == (2, True)
    (one,) = told["pictures"]
    for entries in (one["raw"], one["after"]):
        scores = [entry["score"] for entry in entries]
        assert scores == sorted(scores)
        assert all(0 < score < 1 for score in scores)


def test_a_metric_on_a_mask_says_where_there_is_one(cli: Cli, models: Path, picture: Path) -> None:
    words = ("--method", "saliency", "occlusion", "--metric", "localisation-auc", "--json")
    done = cli("rank", models / "ready.pt", picture, *words)
    assert done.returncode != 0
    assert "AUC needs a mask of what the map should show" in done.stderr
    wafer, spec = wafer_exhibits()[0], json.dumps(asdict(SPEC))
    done = cli("rank", wafer.model_path, EXAMPLES["bridge"].path, "--spec", spec, *words)
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["pictures"]
    known = [entry["score"] for entry in one["raw"]]
    assert all(0.5 < score <= 1 for score in known)
    mask = ("--mask", EXAMPLES["bridge"].mask_path)
    done = cli("rank", wafer.model_path, EXAMPLES["bridge"].path, "--spec", spec, *words, *mask)
    (one,) = json.loads(done.stdout)["pictures"]
    assert [entry["score"] for entry in one["raw"]] == known, "the same mask, from a file"
    for wrong in (mask * 2, ("--mask", "gone.png"), ("--mask", picture)):
        done = cli(
            "rank", wafer.model_path, EXAMPLES["bridge"].path, "--spec", spec, *words, *wrong
        )
        assert done.returncode == 2, done.stderr


def test_controls_of_a_metric_that_asks_the_model_are_refused_at_once(
    cli: Cli, models: Path, picture: Path
) -> None:
    words = (*WORDS, "--controls", "--metric", "deletion")
    done = cli("rank", models / "ready.pt", picture, *words)
    assert done.returncode == 2
    assert "metrics of the map alone, not by Deletion" in done.stderr
