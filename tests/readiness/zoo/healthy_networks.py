"""Sound networks of usual build."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import features, head, ready


@ready("plain convolutional")
class Plain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@ready("in-place ReLU, first on the input itself")
class InPlace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(3, 8, 3)
        self.relu = nn.ReLU(inplace=True)
        self.head = head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.relu(self.conv(self.first(x))))


@ready("one ReLU layer used three times")
class Reused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3)
        self.relu, self.head = nn.ReLU(), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.head(self.relu(self.b(self.relu(self.a(x)))))) + 0.1


@ready("functional ReLU")
class Functional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.b(F.relu(self.a(x)))))


@ready("ReLU6 and batch normalisation")
class Relu6(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU6()
        self.head = head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.relu(self.norm(self.conv(x))))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.na, self.nb = nn.BatchNorm2d(8), nn.BatchNorm2d(8)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.na(self.a(x)), inplace=True)
        inner = self.nb(self.b(inner))
        inner += x
        return F.relu(inner, inplace=True)


@ready("residual blocks")
class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.blocks = nn.Conv2d(3, 8, 3, 2), nn.Sequential(Block(), Block(), Block())
        self.head = head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.max_pool2d(self.blocks(self.stem(x)), 2))


@ready("one-channel input, 28×28 by its linear layer")
class Grey(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv2d(1, 4, 3), nn.Linear(4 * 13 * 13, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1))


@ready("an odd input size, 100×100")
class OddSize(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.out = features(), nn.Linear(8 * 25 * 25, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.features(x).flatten(1))


@ready("dropout, in eval mode")
class Dropout(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.drop, self.head = features(), nn.Dropout2d(0.5), head()

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(self.head(self.drop(self.features(x))), 0.5, self.training)


@ready("separable convolutions with squeeze and excitation")
class SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.deep = nn.Conv2d(3, 8, 3, 2), nn.Conv2d(8, 8, 3, groups=8)
        self.squeeze, self.excite, self.head = nn.Linear(8, 4), nn.Linear(4, 8), head()

    def forward(self, x: Tensor) -> Tensor:
        x = F.hardswish(self.deep(self.stem(x)))
        gate = F.hardsigmoid(self.excite(F.relu(self.squeeze(x.mean((2, 3))))))
        return self.head(x * gate[:, :, None, None])


@ready("first layer is an average pool, no channels known", code="no-spatial-layer")
class NoConvolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(3 * 8 * 8, 6)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.out(F.adaptive_avg_pool2d(x, 8).flatten(1))) + torch.arange(6)


@ready("four input channels")
class FourChannels(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(4), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@ready("channels last, and a view that is not contiguous")
class ChannelsLast(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.norm, self.head = features(), nn.LayerNorm(8), head()

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x.contiguous(memory_format=torch.channels_last))
        return self.head(self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))


@ready("features kept on the model by a hook")
class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head, self.seen = features(), head(), []
        self.features[2].register_forward_hook(self.keep)

    def keep(self, layer: nn.Module, inputs: object, output: Tensor) -> None:
        self.kept = output
        self.seen.append(output.shape)

    def forward(self, x: Tensor) -> Tensor:
        self.features(x)
        return self.head(F.relu(self.kept))


@ready("signed square root, steep near zero")
class SquareRoot(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.sqrt(F.relu(self.features(x))))
