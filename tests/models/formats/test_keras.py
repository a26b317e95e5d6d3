from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.func import functional_call

import xai_core
from tests.attribution.settings import ON_OPERATIONS, fast
from tests.dose import pairs
from tests.models.formats.keras_nets import NETS, keras, made, pictures, plain, saved
from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.loading import inspect_file, load_model
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")
FORMATS = ("keras", "keras-h5")
QUICK = {
    "noisegrad": {"n": 2},
    "fusiongrad": {"n": 2, "m": 2},
    "smoothgrad": {"m": 2},
    "integrated-gradients": {"steps": 4},
}


def opened(net: str, kind: str, folder: Path) -> tuple[object, LoadedModel, torch.Tensor]:
    original = made(NETS[net])
    model = load_model(saved(original, kind, folder))
    shape = model.input_spec.shape
    small = shape if shape[1] < 100 else (shape[0], 12, 12)
    return original, model, pictures(small)


def gradient(call: object, inputs: torch.Tensor) -> torch.Tensor:
    leaf = inputs.clone().requires_grad_(True)
    call(leaf)[:, 1].sum().backward()  # type: ignore[operator]
    assert leaf.grad is not None
    return leaf.grad


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("net", NETS)
def test_output_and_gradient_are_the_original_s(net: str, kind: str, tmp_path: Path) -> None:
    original, model, inputs = opened(net, kind, tmp_path)
    assert model.format == kind
    assert model.module is not None
    assert not model.module.training
    assert torch.allclose(model.module(inputs), plain(original, inputs), atol=1e-5)
    expected = gradient(lambda x: plain(original, x), inputs)
    assert torch.allclose(gradient(model.module, inputs), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("net", NETS)
def test_verdict_is_ready(net: str, tmp_path: Path) -> None:
    _, model, _ = opened(net, "keras", tmp_path)
    verdict = assess(model)
    assert verdict.level == "ready", [f.message for f in verdict.findings]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[LoadedModel, torch.Tensor]]:
    """Models that stay open, which methods leave as they are."""
    found = {}
    for net in ("sequential", "channels-first"):
        _, *found[net] = opened(net, "keras", tmp_path_factory.mktemp(net))
    return found


@pytest.mark.parametrize(("method", "net"), pairs(ON_OPERATIONS, ["sequential", "channels-first"]))
def test_every_method_runs_and_leaves_the_model_alone(
    net: str, method: str, held: dict[str, tuple[LoadedModel, torch.Tensor]]
) -> None:
    model, inputs = held[net]
    assert model.module is not None
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    given = {
        key: value
        for key, value in {**fast(method), **QUICK.get(method, {})}.items()
        if key in METHODS[method].Parameters.__dataclass_fields__
    }
    result = explain(model, inputs.numpy(), 1, method, **given)
    assert result.values.shape[2:] == inputs.shape[2:]
    assert np.isfinite(result.values).all()
    maps = (explain(model, inputs.numpy(), target, method, **given) for target in range(4))
    assert any(one.values.any() for one in maps)  # CAM is empty where nothing speaks for a class
    after = model.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_guided_backprop_is_that_of_the_formula(tmp_path: Path) -> None:
    original, model, inputs = opened("sequential", "keras", tmp_path)
    x = inputs[:1].permute(0, 2, 3, 1)
    layers = original.layers  # type: ignore[attr-defined]
    steps = [lambda v, layer=layer: layer(v, training=False) for layer in layers]
    values = [x]
    for step in steps:
        values.append(step(values[-1]).detach())
    flow = torch.zeros_like(values[-1])
    flow[:, 1] = 1
    for index in reversed(range(len(steps))):
        leaf = values[index].clone().requires_grad_(True)
        layer = layers[index]
        if isinstance(layer, keras.layers.ReLU) or getattr(layer, "name", "").startswith("conv2d"):
            flow = flow.clamp_min(0)
        (flow,) = torch.autograd.grad(steps[index](leaf), leaf, flow)
    result = explain(model, inputs[:1].numpy(), 1, "guided-backprop")
    assert np.allclose(result.values, flow.permute(0, 3, 1, 2).numpy(), rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("net", ["sequential", "functional", "nested", "channels-first"])
def test_grad_cam_weighs_channels(net: str, tmp_path: Path) -> None:
    original, model, inputs = opened(net, "keras", tmp_path)
    name = "body/last" if net == "nested" else "last"
    seen: list[torch.Tensor] = []
    body = original.get_layer("body") if net == "nested" else original  # type: ignore[attr-defined]
    handle = body.get_layer("last").register_forward_hook(lambda _, __, out: seen.append(out))
    score = plain(original, inputs[:1].clone().requires_grad_())[0, 1]
    handle.remove()
    (slope,) = torch.autograd.grad(score, seen[0])
    axes = (2, 3) if net == "channels-first" else (1, 2)
    channel = 1 if net == "channels-first" else 3
    cam = (slope.mean(axes, keepdim=True) * seen[0]).sum(channel).relu().detach()
    # The functional net ends in a softmax, whose input would be explained.
    itself = xai_core.Target("probability", {"index": 1}) if net == "functional" else 1
    result = explain(model, inputs[:1].numpy(), itself, "grad-cam", layer=name)
    size = inputs.shape[2:]
    expected = torch.nn.functional.interpolate(cam[:, None], size=size, mode="bilinear")
    assert result.native_size == tuple(cam.shape[1:])
    assert np.allclose(result.values, expected.numpy(), rtol=1e-4, atol=1e-7)


def test_weights_can_be_replaced_for_a_call(tmp_path: Path) -> None:
    _, model, inputs = opened("nested", "keras", tmp_path)
    assert model.module is not None
    doubled = {name: 2 * p.detach() for name, p in model.module.named_parameters()}
    replaced = functional_call(model.module, doubled, (inputs,))
    plainly = model.module(inputs)
    assert not torch.allclose(replaced, plainly)
    with torch.no_grad():
        for parameter in model.module.parameters():
            parameter.mul_(2)
    assert torch.allclose(model.module(inputs), replaced)


def test_parameters_are_the_trained_ones(tmp_path: Path) -> None:
    _, model, _ = opened("sequential", "keras", tmp_path)
    assert model.module is not None
    names = {name.rpartition(".")[2] for name, _ in model.module.named_parameters()}
    assert names == {"kernel", "bias", "gamma", "beta"}
    buffers = {name.rpartition(".")[2] for name, _ in model.module.named_buffers()}
    assert {"moving_mean", "moving_variance"} <= buffers


def test_raw_values_are_fed_to_a_model_that_scales_them(tmp_path: Path) -> None:
    _, model, _ = opened("sequential", "keras", tmp_path)
    assert model.input_spec.std == (1 / 255,) * 3
    _, other, _ = opened("nested", "keras", tmp_path)
    assert (other.input_spec.mean, other.input_spec.std) == ((0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize("policy", ["mixed_float16", "float16"])
def test_half_precision_becomes_float32(policy: str, tmp_path: Path) -> None:
    keras.config.set_dtype_policy(policy)
    try:
        path = saved(made(NETS["sequential"]), "keras", tmp_path)
    finally:
        keras.config.set_dtype_policy("float32")
    model = load_model(path)
    assert "precision-changed" in {finding.code for finding in model.findings}
    assert model.module is not None
    result = explain(model, pictures((3, 16, 16)).numpy(), 1, "saliency")
    assert result.values.any()
    assert model.module(pictures((3, 16, 16))).dtype == torch.float32


def test_whole_numbers_as_input_do_not_stop_the_gradient(tmp_path: Path) -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3), dtype="uint8"),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    loaded = load_model(saved(model, "keras", tmp_path))
    inputs = pictures((3, 8, 8)).round()
    assert loaded.module is not None
    assert torch.allclose(loaded.module(inputs), plain(model, inputs), atol=1e-6)
    assert gradient(loaded.module, inputs).any()


def test_inspection_tells_what_is_inside(tmp_path: Path) -> None:
    path = saved(made(NETS["nested"]), "keras", tmp_path)
    facts = inspect_file(path).facts
    assert facts["Class"] == "Functional"
    assert facts["Input"] == "12 × 12 × 3"
    assert facts["Keras"] == keras.__version__


def test_inspection_imports_neither_keras_nor_torch(tmp_path: Path) -> None:
    for kind in FORMATS:
        saved(made(NETS["nested"]), kind, tmp_path).rename(tmp_path / kind)
    script = (
        "import sys, pathlib, xai_core.models.loading as loading\n"
        f"for path in pathlib.Path({str(tmp_path)!r}).iterdir():\n"
        "    loading.inspect_file(path)\n"
        "assert not {'torch', 'keras', 'tensorflow'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_keras_writes_nothing_and_brings_no_tensorflow(tmp_path: Path) -> None:
    path = saved(made(NETS["nested"]), "keras", tmp_path)
    script = (
        "import sys, xai_core.models.loading as loading\n"
        f"loading.load_model({str(path)!r})\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    folders = {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, env=folders, capture_output=True, text=True
    )
    assert done.stdout == done.stderr == ""
    assert list(home.rglob("*keras*")) == []
    assert list(home.rglob("*matplotlib*")) == []
