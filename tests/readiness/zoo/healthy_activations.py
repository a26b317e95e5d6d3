"""Sound networks without rectifiers, or without feature maps."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import head, ready


@ready("small vision transformer", code="no-rectifier")
class SmallViT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.position = nn.Parameter(torch.randn(1, 17, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 32, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.out = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls.expand(len(x), -1, -1), tokens], 1) + self.position
        return self.out(self.encoder(tokens)[:, 0])


@ready("GELU and group normalisation", code="no-rectifier")
class GeluNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.norm, self.head = nn.Conv2d(3, 8, 3, 2), nn.GroupNorm(2, 8), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.gelu(self.norm(self.a(x))))


@ready("SiLU and instance normalisation", code="no-rectifier")
class SiluNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2), nn.InstanceNorm2d(8), nn.SiLU(), nn.AvgPool2d(2)
        )
        self.head = head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.net(x))


@ready("LSTM over the rows", code="no-spatial-layer")
class RowLstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.out = nn.LSTM(28, 12, batch_first=True), nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.lstm(x.mean(1))
        return self.out(states[:, -1])


@ready("multilayer perceptron", code="no-spatial-layer")
class Perceptron(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(),
            nn.Linear(32, 10),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


@ready("a fixed filter without parameters", code="no-float-parameters")
class NoParameters(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        edges = x[..., 1:] - x[..., :-1]
        return torch.stack([F.relu(edges).mean((1, 2, 3)), F.relu(-edges).mean((1, 2, 3))], 1)
