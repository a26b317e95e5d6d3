"""`--target` and `--target-set`: an index, a kind with parameters, files among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from tests.cli.test_explain import SHAPE

SALIENCY = ("--method", "saliency")


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 3, 3, padding=1))
    path = tmp_path_factory.mktemp("models") / "segmenter.pt"
    torch.save(net.eval(), path)
    return path


def test_a_kind_with_parameters_is_the_one_of_python(
    cli: Cli, models: Path, picture: Path, tmp_path: Path
) -> None:
    import xai_core
    from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

    words = ("--target", "margin", "--target-set", "index=2", "--target-set", "against=0")
    done = cli("explain", models / "ready.pt", picture, *SALIENCY, *words, *SHAPE)
    assert done.returncode == 0, done.stderr
    assert "saliency of the score of class 2 minus that of class 0" in done.stderr
    inputs = prepare(open_picture(picture), InputSpec.for_shape(3, 16, 16)).inputs
    model = xai_core.load_model(models / "ready.pt")
    asked = xai_core.Target("margin", {"index": 2, "against": 0})
    expected = xai_core.explain(model, inputs, asked, "saliency")
    np.testing.assert_array_equal(np.load(tmp_path / "noise-saliency.npy"), expected.values)


def test_a_mask_and_another_picture_are_files(
    cli: Cli, models: Path, segmenter: Path, picture: Path, tmp_path: Path
) -> None:
    mask = np.zeros((40, 50), np.uint8)
    mask[10:30, 15:35] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    words = ("--target", "mask", "--target-set", "mask=mask.png", "--target-set", "index=1")
    done = cli("explain", segmenter, picture, *SALIENCY, *words, *SHAPE)
    assert done.returncode == 0, done.stderr
    assert "saliency of the mean score of class 1 over the " in done.stderr
    other = ("--target", "similarity", "--target-set", "reference=coffee")
    done = cli("rank", models / "ready.pt", picture, *SALIENCY, *other, *SHAPE)
    assert done.returncode == 0, done.stderr
    assert "the cosine similarity to the embedding of coffee" in done.stdout


def test_readiness_is_about_the_target(cli: Cli, segmenter: Path) -> None:
    words = ("--target", "box", "--target-set", "bottom=4", "--input-shape", "3,16,16")
    done = cli("check", segmenter, *words, "--json")
    assert done.returncode == 0, done.stderr
    assert "output pixels in the box" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--target", "centre"), "no kind of target called 'centre'"),
        (("--target", "margin", "--target-set", "depth=3"), "no parameter 'depth'"),
        (("--target", "margin", "--target-set", "index"), "expected KEY=VALUE"),
        (("--target", "box", "--target-set", "top=x"), "top must be of type int"),
        (("--target", "mask", "--target-set", "mask=nowhere.png"), "no picture nowhere.png"),
        (("--target", "box"), "does not fit this model"),
        (("--target", "7"), "There is no class 7"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_wrong_use_ends_with_2_and_a_line(
    cli: Cli, models: Path, picture: Path, words: tuple[str, ...], told: str
) -> None:
    done = cli("explain", models / "ready.pt", picture, *SALIENCY, *words, *SHAPE)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
