from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import xai_core
from tests.attribution.inputs.nets import TwoPictures
from tests.cli.conftest import Cli
from tests.runs.small import small_run
from xai_core.base.pace import Pace
from xai_core.cli.commands import explain
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

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
    words = ("--method", "smoothgrad", "--set", "m=3", "--set", "sg_std=0.1")
    words = (*words, "--seed", "5", "--target", "2", "--out", "map.bin")
    done = cli("explain", models / "ready.pt", picture, *words, *SHAPE)
    assert done.returncode == 0, done.stderr
    inputs = prepare(open_picture(picture), InputSpec.for_shape(3, 16, 16)).inputs
    model = xai_core.load_model(models / "ready.pt")
    expected = xai_core.explain(model, inputs, 2, "smoothgrad", seed=5, m=3, sg_std=0.1)
    with (tmp_path / "map.bin").open("rb") as file:
        np.testing.assert_array_equal(np.load(file), expected.values)


def test_autocast_is_refused_in_a_line_where_it_is_not_offered(
    cli: Cli, models: Path, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    words = ("--method", "smoothgrad", "--pace", "4,plain,0,autocast", *SHAPE)
    done = cli("explain", models / "ready.pt", picture, *words)
    assert done.returncode == 2
    assert "Autocast is offered on cuda; this model runs on cpu." in done.stderr
    assert "Leave `autocast` out of the pace" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.npy"))


def test_autocast_is_told_beside_the_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = {"autocast_cosine": 0.9939, "autocast_difference": 0.111}
    run = small_run()
    one = replace(run.attributions["smoothgrad"], chosen=chosen, pace=Pace(autocast=True))
    explain._write(tmp_path / "map.npy", one, None, assumed=False)
    assert "; autocast (bfloat16): on the first samples cosine 0.9939" in capsys.readouterr().err
    explain._write(tmp_path / "map.npy", run.attributions["smoothgrad"], None, assumed=False)
    assert "autocast" not in capsys.readouterr().err


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


def test_every_input_has_a_map_and_all_a_picture(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    torch.jit.save(torch.jit.script(TwoPictures(torch.nn.ReLU).eval()), tmp_path / "two.ts")  # type: ignore[no-untyped-call]
    Image.fromarray(np.arange(400, dtype=np.uint8).reshape(20, 20)).save(tmp_path / "depth.png")
    words = (tmp_path / "two.ts", picture, "--method", "occlusion", "--all-inputs", *SHAPE)
    done = cli("explain", *words, "--input", "depth=depth.png", "--out", "maps.npy")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["maps-photo.npy", "maps-depth.npy", "maps.png"]
    assert "photo 1×3×16×16, depth 1×1×16×16" in done.stderr  # depth as its layer takes it
    with Image.open(tmp_path / "maps.png") as image:
        assert image.size == (1920, 1080)
    photo, depth = (
        prepare(open_picture(file), InputSpec.for_shape(channels, 16, 16)).inputs
        for file, channels in ((picture, 3), (tmp_path / "depth.png", 1))
    )
    expected = xai_core.explain_inputs(
        TwoPictures(torch.nn.ReLU).eval(), {"photo": photo, "depth": depth}, None, "occlusion"
    )
    for name, one in expected.items():
        found = np.load(tmp_path / f"maps-{name}.npy")
        np.testing.assert_allclose(found, one.values, rtol=1e-3, atol=1e-6)
    done = cli("explain", models / "ready.pt", picture, "--method", "saliency", "--all-inputs")
    assert done.returncode == 2
    assert "No further input of this model has a picture" in done.stderr
