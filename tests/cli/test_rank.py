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


def test_a_metric_that_asks_the_model(cli: Cli, models: Path, picture: Path) -> None:
    words = ("--method", "saliency", "guided-backprop", "--metric", "pixel-flipping", "--json")
    done = cli("rank", models / "ready.pt", picture, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["metric"] == "pixel-flipping"
    (one,) = told["pictures"]
    for entries in (one["raw"], one["after"]):
        scores = [entry["score"] for entry in entries]
        assert scores == sorted(scores)
        assert all(0 < score < 1 for score in scores)
