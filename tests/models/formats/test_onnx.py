from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.attribution.settings import ON_OPERATIONS, fast
from tests.models.formats import onnx_files as files
from xai_core.attribution.explanation import explain
from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.loading import load_model
from xai_core.models.onnx import conversion
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")
FAST = {
    "smoothgrad": {"m": 2},
    "noisegrad": {"n": 2},
    "fusiongrad": {"n": 2, "m": 2},
    "integrated-gradients": {"n_steps": 4},
}


def gradient(module: nn.Module, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = inputs.clone().requires_grad_()
    output = module(leaf)
    output[:, 1].sum().backward()
    assert leaf.grad is not None
    return output.detach().cpu(), leaf.grad


def cpu(model: LoadedModel) -> nn.Module:
    assert model.module is not None, model.findings
    return model.module.cpu()


def codes(model: LoadedModel) -> list[str]:
    return [finding.code for finding in model.findings]


@pytest.fixture(scope="module", params=[True, False], ids=["dynamo", "legacy"])
def loaded(request, tmp_path_factory) -> tuple[nn.Module, LoadedModel]:
    net = files.network()
    path = tmp_path_factory.mktemp("onnx") / "weights.jpeg"
    return net, load_model(files.exported(net, path, request.param))


def test_output_and_gradient_are_eager_s(loaded: tuple[nn.Module, LoadedModel]) -> None:
    net, model = loaded
    assert model.format == "onnx"
    assert codes(model) == ["converted-verified"]
    assert model.converted_by == "onnx2fx 0.0.1"
    assert model.input_spec.shape == (3, 32, 32)
    inputs = torch.rand(1, 3, 32, 32)
    (expected, wanted), (output, came) = gradient(net, inputs), gradient(cpu(model), inputs)
    assert torch.allclose(output, expected, atol=1e-5)
    assert float((came - wanted).norm() / wanted.norm()) < 1e-4
    assert model.reference is not None
    assert np.allclose(model.reference(inputs.numpy()), expected, atol=1e-5)


@pytest.mark.parametrize("method", ON_OPERATIONS)
def test_methods_give_eager_s_maps(method: str, loaded: tuple[nn.Module, LoadedModel]) -> None:
    net, model = loaded
    inputs = torch.rand(1, 3, 32, 32).numpy()
    map_ = explain(model, inputs, 1, method, **{**fast(method), **FAST.get(method, {})})
    assert np.isfinite(map_.values).all()
    assert map_.values.any()
    if method in ("guided-backprop", "deconvolution", "saliency", "input-x-gradient", "occlusion"):
        expected = explain(net, inputs, 1, method, **fast(method))
        size = np.abs(expected.values).max()
        assert np.abs(map_.values - expected.values).max() < 1e-3 * size


def test_the_verdict_is_ready(loaded: tuple[nn.Module, LoadedModel]) -> None:
    verdict = assess(loaded[1])
    assert verdict.level == "ready", verdict.findings
    assert "converted-verified" in [finding.code for finding in verdict.findings]
    assert all(verdict.methods[name].available for name in ON_OPERATIONS)
    assert not verdict.methods["lrp"].available  # said before it is asked for
    assert verdict.evidence["float_parameters"] > 0
    assert verdict.evidence["spatial_layers"]


def test_running_statistics_are_no_parameters(tmp_path: Path) -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 3))
    path = files.exported(net.eval(), tmp_path / "m", shape=(1, 3, 8, 8), optimize=False)
    module = cpu(load_model(path))
    shapes = sorted(tuple(p.shape) for p in module.parameters())
    assert shapes == sorted(tuple(p.shape) for p in net.parameters())


@pytest.mark.parametrize("dynamic", [True, False])
def test_the_batch_may_be_open_or_fixed(dynamic: bool, tmp_path: Path) -> None:
    more = {"dynamic_axes": {"x": {0: "n"}}, "input_names": ["x"]} if dynamic else {}
    net = files.network()
    model = load_model(files.exported(net, tmp_path / "m", dynamo=False, **more))
    inputs = torch.rand(3, 3, 32, 32)
    assert model.reference is not None
    assert np.allclose(model.reference(inputs.numpy()), net(inputs).detach(), atol=1e-5)
    maps = explain(model, inputs.numpy(), 1, "integrated-gradients", n_steps=4)
    wanted = explain(net, inputs.numpy(), 1, "integrated-gradients", n_steps=4)
    assert np.abs(maps.values - wanted.values).max() < 1e-4 * np.abs(wanted.values).max()


class Detached:
    """A converter whose result computes the same, without the gradient of one branch."""

    def __init__(self, share: float) -> None:
        self.share, self.convert = share, conversion.to_torch

    def __call__(self, *args: object) -> nn.Module:
        inner, share = self.convert(*args), self.share  # type: ignore[arg-type]

        class Cut(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = inner

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.inner(share * x + (1 - share) * x.detach())

        return Cut().eval()


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_broken_conversion_is_not_used(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.exported(files.network(), tmp_path / "m")
    monkeypatch.setattr(conversion, "to_torch", Detached(share))
    model = load_model(path)
    assert model.module is None
    assert codes(model) == ["converted-unverified"]
    verdict = assess(model)
    assert verdict.level == "inference-only"
    assert verdict.methods["occlusion"].available
    assert not verdict.methods["saliency"].available
    inputs = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)
    assert explain(model, inputs, 0, "occlusion").values.any()


def test_an_operation_without_counterpart_is_named(tmp_path: Path) -> None:
    from onnx import helper

    strange = helper.make_node("Inverse", ["y0"], ["y"], domain="com.microsoft")
    model = files.built([*files.convolution(result="y1"), strange], files.weights())
    model.graph.node[4].output[0] = "y1"
    reshape = helper.make_node("Reshape", ["y1", "s"], ["y0"])
    model.graph.node.insert(5, reshape)
    model.graph.initializer.append(helper.make_tensor("s", 7, [3], [1, 2, 2]))
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    found = load_model(files.saved(model, tmp_path / "m"))
    assert found.module is None
    assert codes(found) == ["converted-unverified"]
    assert "Inverse" in found.findings[0].message


def test_several_inputs_are_named(tmp_path: Path) -> None:
    from onnx import helper

    model = files.built(files.convolution(), files.weights())
    model.graph.input.append(helper.make_tensor_value_info("mask", 1, [1, 4]))
    with pytest.raises(ModelError, match=r"2 inputs \(x 1 × 3 × 8 × 8, mask 1 × 4\)"):
        load_model(files.saved(model, tmp_path / "m"))
