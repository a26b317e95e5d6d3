"""A model against its exports, against another one, and against one of other sizes and classes."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.compare.comparison import ModelPair, Side, examine
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.runs.computation import Request
from xai_core.runs.difference import scores
from xai_core.worker import Worker

SIDE, PLACES = 24, ("saliency", "guided-backprop", "grad-cam")
RAW = {"mean": (0.5,) * 3, "std": (0.25,) * 3}
SPEC = InputSpec(3, SIDE, SIDE, "squash", **RAW)
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8))


def network(seed: int = 0, classes: int = 4, middle: type[nn.Module] = nn.ReLU) -> nn.Module:
    torch.manual_seed(seed)
    stem = (nn.Conv2d(3, 6, 3, padding=1), middle(), nn.Conv2d(6, 8, 3, 2), middle())
    return nn.Sequential(*stem, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, classes)).eval()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One model as a module, TorchScript and ONNX, and others."""
    folder, net, example = (
        tmp_path_factory.mktemp("models"),
        network(),
        torch.zeros(1, 3, SIDE, SIDE),
    )
    torch.save(net, folder / "original.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(net).save(folder / "script.pt")
        torch.onnx.export(net, (example,), folder / "graph.onnx", dynamo=False)
    torch.save(network(seed=1), folder / "random.pt")
    torch.save(network(classes=6), folder / "six.pt")
    torch.save(network(middle=nn.SiLU), folder / "smooth.pt")
    barely = copy.deepcopy(net)
    with torch.no_grad():
        barely[-1].bias[2] += 0.125
    torch.save(barely, folder / "shifted.pt")
    return folder


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as one:
        yield one


def side(
    worker: Worker,
    path: Path,
    spec: InputSpec = SPEC,
    *,
    labels: tuple[str, ...] | None = None,
    **more: object,
) -> Side:
    card = worker.load(path, LoadOptions(input_spec=spec))
    request = Request(
        model=path.name,
        model_sha256=card.sha256,
        model_format=card.format,
        picture="noise",
        picture_sha256="0",
        prepared=prepare(PICTURE, spec),
        target=None,
        methods={name: {} for name in PLACES},
        recipe=Recipe(),
        labels=labels,
        input_spec=spec,
    )
    return examine(worker, worker, request, PICTURE.size, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def original(worker: Worker, files: Path) -> Side:
    return side(worker, files / "original.pt")


@pytest.mark.parametrize("export", ["script.pt", "graph.onnx"])
def test_an_export_is_the_same(worker: Worker, files: Path, original: Side, export: str) -> None:
    pair = ModelPair(original, side(worker, files / export, like=original))
    maps = pair.maps(Recipe())
    assert set(maps) == set(PLACES)
    for one in maps.values():
        assert one.same
        assert one.largest < 1e-3
        assert one.similarity.rank > 0.999
    assert pair.prediction.same_top
    assert abs(pair.prediction.largest.difference) < 1e-4  # type: ignore[union-attr, arg-type]
    added = {one.code for one in pair.verdict.only_second}
    assert {"converted-verified"} <= added <= {"converted-verified", "rectifiers"}
    assert set(pair.verdict.lost) == {"lrp"}  # its rules are for layers of torch's own
    assert {row.moved for row in scores(pair.first.run, pair.second.run)} == {0}


def test_random_weights_are_another_model(worker: Worker, files: Path, original: Side) -> None:
    pair = ModelPair(original, side(worker, files / "random.pt", like=original))
    assert pair.second.run.target == original.run.target
    assert not any(one.same for one in pair.maps(Recipe()).values())
    assert max(abs(one.cosine) for one in pair.maps(Recipe()).values()) < 0.99
    assert abs(pair.prediction.largest.difference) > 0.01  # type: ignore[union-attr, arg-type]


def test_the_score_that_moved_is_named(worker: Worker, files: Path, original: Side) -> None:
    pair = ModelPair(original, side(worker, files / "shifted.pt", like=original))
    assert pair.prediction.largest is not None
    assert pair.prediction.largest.label == "class 2"
    assert pair.prediction.largest.difference == pytest.approx(0.125, abs=1e-5)
    assert all(one.same for one in pair.maps(Recipe()).values())


def test_a_method_that_one_model_lacks_is_told(worker: Worker, files: Path, original: Side) -> None:
    pair = ModelPair(original, side(worker, files / "smooth.pt", like=original))
    assert set(pair.methods) == {"saliency", "grad-cam"}
    first, second = pair.failures["guided-backprop"]
    assert first is None
    assert second is not None
    assert "guided-backprop" in pair.verdict.lost


def test_other_sizes_meet_on_the_coarser_grid(worker: Worker, files: Path, original: Side) -> None:
    """Twice the side of a crop: only the middle two thirds of the width are in both."""
    large = InputSpec(3, 2 * SIDE, 2 * SIDE, "crop", 2 * SIDE, **RAW)
    pair = ModelPair(original, side(worker, files / "original.pt", large, like=original))
    one, other = pair.recipes(Recipe())
    assert one.crop == (0, 4, SIDE, SIDE - 4)
    assert other.crop == (0, 0, 2 * SIDE, 2 * SIDE)
    assert one.grid == other.grid == (SIDE, SIDE - 8)
    for found in pair.maps(Recipe()).values():
        assert found.signed.shape == (SIDE, SIDE - 8)
    assert pair.maps(Recipe(grid=(5, 5)))["saliency"].signed.shape == (5, 5)


def test_a_class_is_found_by_its_name_or_refused(
    worker: Worker, files: Path, original: Side
) -> None:
    with pytest.raises(InputError, match=r"six\.pt has no class .* 4 classes there, 6 here"):
        side(worker, files / "six.pt", like=original)
    first = side(worker, files / "original.pt", labels=("a", "b", "c", "d"))
    second = side(worker, files / "six.pt", labels=tuple("fedcba"), like=first)
    top = first.run.target
    assert top is not None
    assert second.run.target == 5 - top
    own = side(worker, files / "six.pt")
    assert own.run.target == int(own.classes.prediction.scores[0].argmax())


def test_an_error_names_the_model(worker: Worker, files: Path) -> None:
    with pytest.raises(XaiError, match=r"^original\.pt: ") as caught:
        side(worker, files / "original.pt", InputSpec(1, 24, 24, mean=(0.5,), std=(0.5,)))
    assert caught.value.code == "forward-failed"


def test_a_cancel_comes_through(worker: Worker, files: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        side(worker, files / "original.pt", progress=stop)
