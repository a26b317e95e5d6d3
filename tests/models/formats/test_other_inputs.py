"""Models of several inputs: the others fixed, the picture's gradient equal to plain autograd's."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xai_core
from xai_core.base.errors import InputError, MethodError, ModelError, XaiError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import OtherInput, array_of
from xai_core.pictures.preprocessing import InputSpec
from xai_core.worker import Worker

SIDE, META = 12, 5
SPEC = InputSpec(3, SIDE, SIDE, "squash", SIDE, (0.5,) * 3, (0.5,) * 3)
MASK = np.random.default_rng(0).random((1, 1, SIDE, SIDE)).astype(np.float32)


class Guided(nn.Module):
    """A picture, a mask that weighs it, and a vector that shifts the features."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU())
        self.embed = nn.Linear(META, 6)
        self.head = nn.Linear(6, 4)

    def forward(self, image: Tensor, mask: Tensor, meta: Tensor) -> Tensor:
        features = self.body(image * (1.0 + mask))
        return self.head(torch.tanh(features.mean((2, 3)) + self.embed(meta)))


@pytest.fixture
def net() -> Guided:
    return Guided().eval()


@pytest.fixture
def others(tmp_path: Path) -> tuple[OtherInput, ...]:
    np.save(tmp_path / "mask.npy", MASK)
    return (
        OtherInput.of_text(f"mask = {tmp_path / 'mask.npy'}"),
        OtherInput.of_text(f"meta = 0.25 @ 1,{META}"),
    )


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((2, 3, SIDE, SIDE)).astype(np.float32)


def autograd(net: Guided, inputs: np.ndarray, target: int) -> np.ndarray:
    """The gradient with the other inputs written out, one picture at a time."""
    found = []
    for picture in torch.from_numpy(inputs):
        leaf = picture[None].clone().requires_grad_(True)
        score = net(leaf, torch.from_numpy(MASK), torch.full((1, META), 0.25))[0, target]
        found.append(torch.autograd.grad(score, leaf)[0])
    return torch.cat(found).numpy()


def eager(net: Guided, path: Path) -> None:
    torch.save(net, path)


def script(net: Guided, path: Path) -> None:
    torch.jit.script(net).save(path)


def exported(net: Guided, path: Path) -> None:
    given = (torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE), torch.zeros(1, META))
    with path.open("wb") as file:
        torch.export.save(torch.export.export(net, given), file)


def onnx(net: Guided, path: Path) -> None:
    given = (torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE), torch.zeros(1, META))
    torch.onnx.export(net, given, str(path), dynamo=False, input_names=["image", "mask", "meta"])


WRITERS: dict[str, Callable[[Guided, Path], None]] = {
    "torch-eager": eager,
    "torchscript": script,
    "torch-export": exported,
    "onnx": onnx,
}


def opened(kind: str, net: Guided, folder: Path, others: tuple[OtherInput, ...]) -> LoadedModel:
    path = folder / "model"
    WRITERS[kind](net, path)
    options = LoadOptions(trust=True, other_inputs=others, input_spec=SPEC)
    return xai_core.load_model(path, options)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_gradient_is_that_of_the_model_with_the_others_written_out(
    kind: str,
    net: Guided,
    tmp_path: Path,
    others: tuple[OtherInput, ...],
    inputs: np.ndarray,
) -> None:
    model = opened(kind, copy.deepcopy(net), tmp_path, others)
    assert model.format == kind
    result = xai_core.explain(model, inputs, 2, method="saliency", absolute=False)
    np.testing.assert_allclose(result.values, autograd(net, inputs, 2), rtol=1e-4, atol=1e-6)
    several = {"image": inputs, "mask": np.repeat(MASK, 2, 0)}
    if kind == "onnx":
        with pytest.raises(MethodError, match="is a constant of its graph"):
            xai_core.explain_inputs(model, several, 2)
    else:
        both = xai_core.explain_inputs(model, several, 2, absolute=False)
        np.testing.assert_allclose(both["image"].values, result.values, rtol=1e-4, atol=1e-6)
        assert both["mask"].values.shape == (2, 1, SIDE, SIDE)
        with pytest.raises(InputError, match="no input depth"):
            xai_core.explain_inputs(model, {"image": inputs, "depth": inputs}, 2)
    verdict = xai_core.assess(model, inputs)
    expected = "input-gradients" if kind == "torchscript" else "ready"
    assert verdict.level == expected, verdict.findings


def test_layers_keep_their_names(
    net: Guided, tmp_path: Path, others: tuple[OtherInput, ...], inputs: np.ndarray
) -> None:
    model = opened("torch-eager", net, tmp_path, others)
    result = xai_core.explain(model, inputs, 1, method="grad-cam", layer="body.0")
    assert result.chosen["layer"] == "body.0"


def test_methods_that_batch_noisy_samples_get_the_others_for_each(
    net: Guided, tmp_path: Path, others: tuple[OtherInput, ...], inputs: np.ndarray
) -> None:
    model = opened("torch-eager", net, tmp_path, others)
    many = xai_core.explain(model, inputs[:1], 1, method="smoothgrad", m=6, batch_size=6)
    one = xai_core.explain(model, inputs[:1], 1, method="smoothgrad", m=6, batch_size=1)
    np.testing.assert_allclose(many.values, one.values, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_not_fixed_is_named(kind: str, net: Guided, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="takes 3 inputs") as caught:
        opened(kind, net, tmp_path, ())
    assert caught.value.code == "other-inputs"
    assert caught.value.facts["inputs"] == ["image", "mask", "meta"]
    with pytest.raises(ModelError, match="2 of them are left"):
        opened(kind, net, tmp_path, (OtherInput("meta", 0.0, shape=(1, META)),))
    with pytest.raises(XaiError, match="no input depth"):
        opened(kind, net, tmp_path, (OtherInput("depth", 0.0),))


def test_a_worker_is_lent_the_files(
    net: Guided, tmp_path: Path, others: tuple[OtherInput, ...], inputs: np.ndarray
) -> None:
    script(net, tmp_path / "model")
    with Worker() as worker:
        worker.load(tmp_path / "model", LoadOptions(other_inputs=others, input_spec=SPEC))
        found = worker.explain(inputs[:1], 2, "saliency", 0, {"absolute": False})
    np.testing.assert_allclose(found.values, autograd(net, inputs[:1], 2), rtol=1e-4, atol=1e-6)


def test_keras_takes_them_by_the_names_of_its_inputs(tmp_path: Path) -> None:
    from tests.models.formats.keras_nets import keras, layers

    image, meta = keras.Input((SIDE, SIDE, 3), name="image"), keras.Input((META,), name="meta")
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    end = layers.Dense(3)(layers.Concatenate()([pooled, meta]))
    net = keras.Model([meta, image], end)
    net.save(tmp_path / "model.keras")
    with pytest.raises(ModelError, match=r"meta any × 5, image any × 12 × 12 × 3") as caught:
        xai_core.load_model(tmp_path / "model.keras")
    assert caught.value.code == "other-inputs"
    vector = np.arange(META, dtype=np.float32)[None] / META
    np.save(tmp_path / "meta.npy", vector)
    other = OtherInput("meta", file=tmp_path / "meta.npy")
    model = xai_core.load_model(tmp_path / "model.keras", LoadOptions(other_inputs=(other,)))
    inputs = np.random.default_rng(0).random((2, 3, SIDE, SIDE)).astype(np.float32)
    found = xai_core.explain(model, inputs, 1, method="saliency", absolute=False)
    for index in range(2):
        leaf = torch.tensor(inputs[index : index + 1].transpose(0, 2, 3, 1), requires_grad=True)
        score = net([torch.from_numpy(vector), leaf], training=False)[0, 1]
        expected = torch.autograd.grad(score, leaf)[0].numpy().transpose(0, 3, 1, 2)
        np.testing.assert_allclose(found.values[index : index + 1], expected, atol=1e-6)


def test_a_picture_beside_the_picture_is_prepared_as_it_is(tmp_path: Path) -> None:
    from PIL import Image

    from xai_core.pictures.preprocessing import open_picture, prepare

    before = np.random.default_rng(0).integers(0, 255, (30, 30, 3), np.uint8)
    Image.fromarray(before).save(tmp_path / "before.png")

    class Change(nn.Module):
        def forward(self, now: Tensor, before: Tensor) -> Tensor:
            return ((now - before) ** 2).mean((2, 3))

    from xai_core.models.fixed_inputs import fix_inputs

    net = Change()
    fix_inputs(net, (OtherInput("before", file=tmp_path / "before.png"),), SPEC)
    prepared = torch.from_numpy(prepare(open_picture(tmp_path / "before.png"), SPEC).inputs)
    assert not net(prepared).any()

    class Depth(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Conv2d(1, 2, 3)

        def forward(self, now: Tensor, before: Tensor) -> Tensor:
            return self.body(before).mean((2, 3)) + now.mean()

    depth = Depth()  # which takes it in grey
    fix_inputs(depth, (OtherInput("before", file=tmp_path / "before.png"),), SPEC)
    assert depth(prepared).shape == (1, 2)


def test_a_mask_of_whole_numbers_is_no_picture_to_explain(tmp_path: Path) -> None:
    from xai_core.attribution.inputs.explaining import explain_inputs
    from xai_core.base.several_inputs.held import held_by
    from xai_core.models.fixed_inputs import fix_inputs

    class Masked(nn.Module):
        def forward(self, now: Tensor, before: Tensor, mask: Tensor) -> Tensor:
            return (now - 2 * before).masked_fill(mask, 0).mean((2, 3))

    size, rng = SPEC.shape[1:], np.random.default_rng(0)
    now, before = rng.random((2, 1, *SPEC.shape)).astype(np.float32)
    np.save(tmp_path / "mask.npy", rng.random((1, 1, *size)) > 0.5)
    np.save(tmp_path / "before.npy", before)
    files = {name: tmp_path / f"{name}.npy" for name in ("before", "mask")}
    net = fix_inputs(Masked(), [OtherInput(name, file=file) for name, file in files.items()], SPEC)
    held = held_by(net)
    assert held is not None
    assert list(held.pictures) == ["before"]
    found = explain_inputs(net, {"now": now, "before": before}, 1, "input-x-gradient")
    np.testing.assert_allclose(
        sum(one.values.sum() for one in found.values()), net(torch.from_numpy(now))[0, 1], rtol=1e-4
    )


def test_a_text_says_number_shape_or_file(tmp_path: Path) -> None:
    (tmp_path / "a b.npy").write_bytes(b"")
    for text, expected in {
        "mask=0.5": OtherInput("mask", 0.5),
        " scale = -3 ": OtherInput("scale", -3.0, whole=True),
        "meta = 1e-3 @ 1,16": OtherInput("meta", 1e-3, shape=(1, 16)),
        "x.1 = 2. @ 1 × 4": OtherInput("x.1", 2.0, shape=(1, 4)),
    }.items():
        assert OtherInput.of_text(text) == expected
        assert OtherInput.of_text(str(expected)) == expected
    file = OtherInput.of_text("m = a b.npy", {"a b.npy": tmp_path / "a b.npy"})
    assert file == OtherInput("m", file=tmp_path / "a b.npy")
    upload = OtherInput.of_text("m = a b.npy", {"a b.npy": tmp_path / "a b.npy"})
    assert str(replace(upload, file=tmp_path / ("0" * 64))) == "m = a b.npy"  # not its hash
    for wrong in (
        "",
        "mask",
        "mask =",
        "= 3",
        "mask = none.npy",
        "m = 1 @ 0",
        "m = 1 @ 9999999,999",
    ):
        with pytest.raises(InputError):
            OtherInput.of_text(wrong, {})


def test_a_value_of_another_shape_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((1, 3)))
    other = OtherInput("x", file=tmp_path / "x.npy")
    with pytest.raises(InputError, match="takes any × 4; 1 × 3 was given"):
        array_of(other, SPEC, (None, 4))
    assert array_of(other, SPEC, (None, 3), np.dtype("int64")).dtype == np.int64
    assert array_of(OtherInput("x", 2.0), SPEC, (None, 3)).tolist() == [[2.0, 2.0, 2.0]]
    objects = np.array([object()], dtype=object)
    np.save(tmp_path / "o.npy", objects, allow_pickle=True)
    with pytest.raises(InputError, match="Python objects"):
        array_of(OtherInput("x", file=tmp_path / "o.npy"), SPEC)
