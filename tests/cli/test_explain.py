from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.cli.conftest import Cli

SHAPE = ("--input-shape", "3,16,16")


def test_the_raw_map_is_written(cli: Cli, models: Path, picture: Path, tmp_path: Path) -> None:
    done = cli("explain", models / "ready.pt", picture, "--method", "saliency", *SHAPE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "noise-saliency.npy"
    values = np.load(tmp_path / "noise-saliency.npy", allow_pickle=False)
    assert values.dtype == np.float32
    assert values.shape == (1, 3, 16, 16)
    assert values.any()


def test_parameters_seed_and_target_reach_the_method(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    import xai_core
    from xai_core.images import InputSpec, open_picture, prepare

    words = ("--method", "smoothgrad", "--set", "m=3", "--set", "sg_std=0.1")
    words = (*words, "--seed", "5", "--target", "2", "--out", "map.bin")
    done = cli("explain", models / "ready.pt", picture, *words, *SHAPE)
    assert done.returncode == 0, done.stderr
    inputs = prepare(open_picture(picture), InputSpec.for_shape(3, 16, 16)).inputs
    model = xai_core.load_model(models / "ready.pt")
    expected = xai_core.explain(model, inputs, 2, "smoothgrad", seed=5, m=3, sg_std=0.1)
    with (tmp_path / "map.bin").open("rb") as file:
        np.testing.assert_array_equal(np.load(file), expected.values)


def test_a_method_that_is_not_defined_fails_in_a_line(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    done = cli("explain", models / "detached.pt", picture, "--method", "saliency", *SHAPE)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.npy"))


def test_a_place_that_cannot_be_written(cli: Cli, models: Path, picture: Path) -> None:
    words = ("--method", "saliency", "--out", "nowhere/map.npy", *SHAPE)
    done = cli("explain", models / "ready.pt", picture, *words)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
