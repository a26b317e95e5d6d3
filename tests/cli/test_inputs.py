"""The options that say how a picture becomes an input, and how its classes are called."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import tifffile

from tests.cli.conftest import Cli

SHAPE = ("--input-shape", "3,16,16")


def test_range_preset_order_and_names_reach_the_model(
    cli: Cli, models: Path, tmp_path: Path
) -> None:
    import xai_core
    from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

    pixels = np.random.default_rng(0).integers(0, 4096, (20, 20, 3)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    (tmp_path / "names.json").write_text('["crack", "void", "ok", "dust"]')
    words = ("--range", "0,4095", "--preset", "signed", "--channels", "2,1,0", "--fit", "letterbox")
    words = (*words, "--method", "saliency", "--target", "1", "--labels", "names.json")
    done = cli("explain", models / "ready.pt", "a.tif", *words, "--out", "map.npy", *SHAPE)
    assert done.returncode == 0, done.stderr
    assert "void (1)" in done.stderr
    spec = InputSpec(
        *(3, 16, 16, "letterbox", 18, (0.5,) * 3, (0.5,) * 3),
        range="given",
        low=0.0,
        high=4095.0,
        order=(2, 1, 0),
    )
    whole = ("--spec", json.dumps({**spec.to_dict(), "range": "data", "low": None, "high": None}))
    whole = (*whole, "--range", "0,4095", *words[-6:])
    again = cli("explain", models / "ready.pt", "a.tif", *whole, "--out", "again.npy", *SHAPE)
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.npy").read_bytes() == (tmp_path / "map.npy").read_bytes()
    inputs = prepare(open_picture(tmp_path / "a.tif"), spec).inputs
    model = xai_core.load_model(models / "ready.pt")
    expected = xai_core.explain(model, inputs, 1, "saliency")
    np.testing.assert_array_equal(np.load(tmp_path / "map.npy"), expected.values)


def test_wrong_inputs_are_wrong_usage(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "names.txt").write_text("a\nb\n")
    base = ("explain", models / "ready.pt", picture, "--method", "saliency", *SHAPE)
    for words, told in {
        ("--labels", "names.txt"): "4 outputs; 2 class names",
        ("--channels", "0,1"): "order names 2",
        ("--range", "9,1"): "range from low to high",
        ("--range", "dark"): "LOW,HIGH",
        ("--spec", "{"): 'such as {"height": 224',
        ("--spec", "[1]"): "as JSON",
        ("--spec", '{"hieght": 224}'): "as JSON",
        ("--spec", '{"height": "224"}'): "height is a whole number",
        ("--spec", '{"fit": "stretch"}'): "fit is one of crop",
        ("--spec", '{"std": [1, 0, 1]}'): "must be above 0",
        ("--input", "mask"): "says nothing about an input",
    }.items():
        done = cli(*base, *words)
        assert done.returncode == 2, (words, done.stderr)
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1
