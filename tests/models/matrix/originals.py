"""The eager network that the PyTorch and ONNX rows export, and what it gives."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from tests.models.matrix.row import Truth

SIZE = 32


def network() -> nn.Sequential:
    """Batch norm with statistics of its own, rectifiers in place and not, a grouped convolution."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, groups=2),
        nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 6),
    )
    with torch.no_grad():
        net.train()(torch.randn(16, 3, SIZE, SIZE))
    return net.eval()


class Branching(nn.Module):
    """Chooses by the values of its input, which no graph of operations can."""

    def __init__(self) -> None:
        super().__init__()
        self.net = network()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x) if bool(x.mean() > -100.0) else self.net(x * 2.0)


class Detached(nn.Module):
    """No gradient reaches the input."""

    def __init__(self) -> None:
        super().__init__()
        self.net = network()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x.detach())


def example(seed: int = 3) -> Tensor:
    """Float32 `[1, 3, 32, 32]`."""
    return torch.randn(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def truth_of(model: nn.Module, inputs: Tensor | None = None) -> Truth:
    """By autograd of the model itself."""
    given = (example() if inputs is None else inputs).clone().requires_grad_()
    output = model(given)
    target = int(output[0].argmax())
    (gradient,) = torch.autograd.grad(output[0, target], given)
    return Truth(given.detach().numpy(), output.detach().numpy(), target, gradient.numpy())


def write_module(path: Path, model: nn.Module, **how: object) -> Truth:
    """By `torch.save` of the whole module."""
    torch.save(model, path, **how)
    return truth_of(model)
