"""`noise`: the core's own numbers, as a table and as JSON; wrong usage in a line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Cli

SHAPE = ("--input-shape", "3,16,16")


def test_json_is_what_the_core_says(cli: Cli, models: Path, picture: Path) -> None:
    import xai_core
    from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

    done = cli("noise", models / "ready.pt", picture, *SHAPE, "--seed", "4", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    inputs = prepare(open_picture(picture), InputSpec.for_shape(3, 16, 16)).inputs
    expected = xai_core.noise_level(xai_core.load_model(models / "ready.pt"), inputs, seed=4)
    np.testing.assert_allclose(told["kept"], expected.kept)
    np.testing.assert_allclose(told["levels"], expected.levels)
    assert told["weight_std"] == pytest.approx(expected.weight_std)
    assert told["reason"] == expected.reason
    assert told["parameters"]["fusiongrad"] == expected.settings("fusiongrad")
    assert set(told["parameters"]) == {"smoothgrad", "noisegrad", "fusiongrad"}


def test_the_parameters_that_are_printed_are_taken_by_explain(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    done = cli("noise", models / "ready.pt", picture, *SHAPE)
    assert done.returncode == 0, done.stderr
    line = next(one for one in done.stdout.splitlines() if one.startswith("fusiongrad"))
    words = ("--method", "fusiongrad", *line.split()[1:], "--set", "n=2", "--set", "m=2")
    again = cli("explain", models / "ready.pt", picture, *words, *SHAPE, "--out", "map.npy")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "map.npy").exists()


def test_true_classes_are_asked_for_once_a_picture(cli: Cli, models: Path, picture: Path) -> None:
    done = cli("noise", models / "ready.pt", picture, picture, *SHAPE, "--class", "1")
    assert done.returncode == 2
    assert "1 classes for 2 pictures" in done.stderr
    top = np.argmax(_scores(models / "ready.pt", picture))
    right = cli("noise", models / "ready.pt", picture, *SHAPE, "--class", top)
    assert right.returncode == 0, right.stderr
    assert "accuracy" in right.stdout
    wrong = cli("noise", models / "ready.pt", picture, *SHAPE, "--class", (top + 1) % 4)
    assert wrong.returncode == 2
    assert "no better than chance" in wrong.stderr


def _scores(path: Path, picture: Path) -> np.ndarray:
    import torch

    import xai_core
    from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

    inputs = prepare(open_picture(picture), InputSpec.for_shape(3, 16, 16)).inputs
    module = xai_core.load_model(path).module
    assert module is not None
    with torch.no_grad():
        return module(torch.from_numpy(inputs))[0].numpy()
