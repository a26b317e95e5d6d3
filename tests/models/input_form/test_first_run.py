"""A picture in the form that a module takes: the output is its own, the map plain autograd's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xai_core
from xai_core.base.errors import ModelError
from xai_core.base.input_spec import InputSpec
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.input_form.first_run import fitted

Change = Callable[[Tensor], Tensor]


class Net(nn.Module):
    """Convolution behind what a subclass does to its picture."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.end = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

    def scores(self, x: Tensor) -> Tensor:
        found: Tensor = self.end(self.conv(x).relu().mean((2, 3)))
        return found


class Bytes(Net):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dtype == torch.uint8
        return self.scores(x.float() / 255)


class BytesLast(Net):
    def forward(self, x: Tensor) -> Tensor:
        if x.dtype is not torch.uint8:
            raise TypeError(f"expected uint8 images, got {x.dtype}")
        return self.scores(x.permute(0, 3, 1, 2).to(torch.float32).div(255).sub(0.5))


class Last(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.scores(x.permute(0, 3, 1, 2))


class Single(Net):
    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 3:
            raise ValueError("expected one image [C, H, W]")
        return self.scores(x[None])


class Sized(Net):
    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-2:] != (112, 112):
            raise ValueError(
                f"Input image size ({x.shape[-2]}*{x.shape[-1]}) doesn't match model (112*112)."
            )
        return self.scores(x)


CASES: dict[type[Net], Change] = {
    Bytes: lambda x: x / 255,
    BytesLast: lambda x: x / 255 - 0.5,
    Last: lambda x: x,
    Single: lambda x: x,
    Sized: lambda x: x,
}


def loaded(module: nn.Module) -> LoadedModel:
    spec = InputSpec()
    return LoadedModel(Path("net.pt"), "torch-eager", "", 0, module, spec, "test")


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_output_and_map_are_the_modules_own(kind: type[Net]) -> None:
    torch.manual_seed(0)
    net = kind().eval()
    model = fitted(loaded(net), net, fixed=False)
    assert model is not None
    shape = (1, 3, 112, 112) if kind is Sized else (1, 3, 20, 24)
    whole = kind in (Bytes, BytesLast)
    picture = torch.randint(0, 256, shape).float() if whole else torch.randn(shape)
    if whole:
        assert model.input_spec.std == (1 / 255,) * 3
        raw = picture.to(torch.uint8)
        own = net.forward(raw.permute(0, 2, 3, 1) if kind is BytesLast else raw)
        torch.testing.assert_close(net(picture), own)
    leaf = picture.clone().requires_grad_()
    (slope,) = torch.autograd.grad(net.scores(CASES[kind](leaf))[0, 2], leaf)
    found = xai_core.explain(model, picture.numpy(), 2, "saliency", absolute=False).values
    np.testing.assert_allclose(found, slope.numpy(), rtol=1e-4, atol=1e-8)
    codes = {one.code for one in model.findings}
    assert codes == {"input-size-found" if kind is Sized else "input-form-found"}
    assert xai_core.assess(model).level == "ready"


def test_what_is_really_whole_has_no_gradient() -> None:
    class Table(Bytes):
        def forward(self, x: Tensor) -> Tensor:
            table = torch.linspace(-1, 1, 256)
            return self.scores(table[x.long()])

    torch.manual_seed(0)
    net = Table().eval()
    model = fitted(loaded(net), net, fixed=False)
    assert model is not None
    assert xai_core.assess(model).level == "inference-only"


def test_volumes_are_refused_in_so_many_words() -> None:
    class Clip(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv3d(3, 4, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = self.conv(x).relu().mean((2, 3, 4))
            return found

    net = Clip().eval()
    with pytest.raises(ModelError, match="five axes are not supported") as caught:
        fitted(loaded(net), net, fixed=False)
    assert "slice by slice" in caught.value.hint
    # The hint, followed: a picture in its place of a fixed volume.
    volume, i = torch.randn(1, 3, 5, 16, 16), 2

    class Slice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = self.net(
                torch.cat([volume[:, :, :i], x.unsqueeze(2), volume[:, :, i + 1 :]], 2)
            )
            return found

    inputs = np.random.default_rng(0).standard_normal((1, 3, 16, 16)).astype(np.float32)
    assert xai_core.assess(Slice().eval(), inputs).level == "ready"


@pytest.mark.parametrize(("kind", "code"), [(torch.float64, "precision-kept")])
def test_a_model_that_casts_by_itself_keeps_its_precision(
    kind: torch.dtype, code: str, tmp_path: Path
) -> None:
    from torch.fx import symbolic_trace

    from xai_core.models.precision import OwnPrecision, to_float32

    class Casts(Net):
        def forward(self, x: Tensor) -> Tensor:
            return self.scores(x.to(kind))

    torch.manual_seed(0)
    net = Casts().eval().to(kind)
    weights = symbolic_trace(net).conv.weight.clone()
    own = OwnPrecision(net)
    assert to_float32(net) is not None
    assert fitted(loaded(net), net, fixed=True) is None
    assert own.restore().code == code
    assert torch.equal(net.conv.weight, weights)
    assert fitted(loaded(net), net, fixed=True) is not None
