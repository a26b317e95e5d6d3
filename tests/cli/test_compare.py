from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from xai_core.base.input_spec import InputSpec

WORDS = ("--method", "saliency", "grad-cam", "--input-shape", "3,16,16")


def test_a_model_and_its_export_are_the_same(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "broken.png").write_bytes(b"no picture")
    pair = (models / "ready.pt", models / "scripted.pt")
    done = cli("compare", *pair, picture, "cat", "more", *WORDS, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told["refused"]) == ["more/broken.png"]
    assert [one["level"] for one in told["models"]] == ["ready", "ready"]
    assert [one["format"] for one in told["models"]] == ["torch-eager", "torchscript"]
    assert told["verdict"]["only_first"] == []
    assert [Path(one["picture"]).name for one in told["pictures"]] == ["noise.png", "cat"]
    for one in told["pictures"]:
        assert set(one["maps"]) == {"saliency", "grad-cam"}
        assert all(found["same"] for found in one["maps"].values())
        assert one["prediction"]["same_top"]
        assert one["prediction"]["largest"]["difference"] == pytest.approx(0, abs=1e-5)
        assert [row["moved"] for row in one["complexity"]] == [0, 0]
        assert one["overtakings"] == []


def test_pictures_become_inputs_as_asked(cli: Cli, models: Path, picture: Path) -> None:
    def told(*words: str) -> dict[str, Any]:
        pair = (models / "ready.pt", models / "scripted.pt")
        done = cli("compare", *pair, picture, *WORDS, *words, "--json")
        assert done.returncode == 0, done.stderr
        (found,) = json.loads(done.stdout)["pictures"]
        return found

    spec = InputSpec(3, 16, 16, resize=18, mean=(0.5,) * 3, std=(0.5,) * 3)
    assert told("--preset", "signed") == told("--spec", json.dumps(spec.to_dict()))
    assert told("--preset", "signed")["prediction"] != told()["prediction"]


def test_another_model_is_told_in_words(cli: Cli, models: Path, picture: Path) -> None:
    words = (models / "ready.pt", models / "detached.pt", picture, *WORDS, "--own-class")
    done = cli("compare", *words)
    assert done.returncode == 0, done.stderr
    assert "A ready.pt (torch-eager): ready" in done.stdout
    assert "B detached.pt (torchscript): inference-only" in done.stdout
    assert "only in B: no-gradient" in done.stdout
    assert "grad-cam only in A" in done.stdout
    assert "no map by saliency in B" in done.stdout


def test_an_error_names_the_model(cli: Cli, models: Path, picture: Path) -> None:
    words = (models / "five.pt", models / "ready.pt", picture, "--method", "saliency")
    done = cli("compare", *words, "--input-shape", "3,16,16")
    assert done.returncode == 1
    assert done.stderr.startswith("error: five.pt: ")
    assert len(done.stderr.splitlines()) == 1
