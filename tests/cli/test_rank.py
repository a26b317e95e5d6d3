from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli

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
