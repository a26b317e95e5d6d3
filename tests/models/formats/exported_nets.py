"""Networks that are exported and read back, and what has to agree with the originals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from xai_core.attribution.explanation import explain
from xai_core.base.loaded_model import LoadedModel


class Net(nn.Module):
    """Rectifiers as layers, in place and not, batch norm and dropout."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(channels, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 12, 3),
            nn.ReLU6(),
            nn.Dropout(0.5),
        )
        self.head = nn.Linear(12, 5)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.flatten(self.body(x).mean((2, 3)), 1))


class Residual(nn.Module):
    """A rectifier as a function, a layer used twice, a sum, sizes read from the tensor."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.stem = nn.Conv2d(3, 6, 3, stride=2)
        self.twice = nn.Conv2d(6, 6, 3, padding=1)
        self.head = nn.Linear(6 * 7 * 7, 4)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(x))
        x = torch.relu(self.twice(x)) + x
        x = nn.functional.relu6(self.twice(x))
        return self.head(x.reshape(x.size(0), -1))


class Branching(nn.Module):
    """Chooses by the values of its input, which a graph cannot."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 3)
        self.two = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.one(x) if bool(x.mean() > 0) else self.two(x) * 2
        return torch.relu(y).mean((2, 3))


class Detached(Net):
    """No gradient reaches the input."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.detach())


NETS: dict[str, Callable[[], nn.Module]] = {"net": Net, "residual": Residual}


def inputs_of(model: nn.Module) -> Any:
    """float32 `[1, C, 16, 16]`."""
    weight = next(model.parameters())
    generator = torch.Generator().manual_seed(3)
    return torch.randn(1, weight.shape[1], 16, 16, generator=generator).numpy()


def write_script(model: nn.Module, kind: str, path: Path) -> None:
    dtype = next(model.parameters()).dtype
    if kind == "traced":
        script = torch.jit.trace(model, torch.from_numpy(inputs_of(model)).to(dtype))
    else:
        script = torch.jit.script(model)
    torch.jit.save(torch.jit.freeze(script) if kind == "frozen" else script, path)


def agree_with_eager(loaded: LoadedModel, model: nn.Module, weights: bool) -> None:
    """Output, gradient and maps; and the model is bit for bit as before."""
    assert loaded.module is not None
    inputs = inputs_of(model)
    tensor = torch.from_numpy(inputs).to(next(iter([*loaded.module.buffers(), torch.zeros(1)])))
    expected = model(torch.from_numpy(inputs)).detach().numpy()
    before = {name: value.clone() for name, value in loaded.module.state_dict().items()}
    reference = loaded.reference and loaded.reference(inputs)
    assert np.allclose(loaded.module(tensor).detach().cpu(), expected, atol=1e-5)
    noise = {"n": 2, "m": 2, "std": 0.1, "sg_std": 0.1}
    methods: dict[str, dict[str, Any]] = {
        "saliency": {},
        "guided-backprop": {},
        "deconvolution": {},
        **({"fusiongrad": noise} if weights else {"smoothgrad": {"m": 2}}),
    }
    for method, settings in methods.items():
        came = explain(loaded, inputs, 1, method, **settings).values
        wanted = explain(model, inputs, 1, method, **settings).values
        assert np.abs(wanted).max() > 0
        assert np.allclose(came, wanted, atol=1e-5 * np.abs(wanted).max()), method
    after = loaded.module.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert loaded.reference is not None
    assert np.array_equal(loaded.reference(inputs), reference)
