"""Small networks of all designs that are usual, to be exported with fixed and with open sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.models.formats.exported_nets import Net, Residual


def block(inner: int, outer: int, **how: Any) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inner, outer, 3, padding=1, **how), nn.BatchNorm2d(outer))


class Squeeze(nn.Module):
    """An inverted residual with squeeze and excitation, as in EfficientNet."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = block(3, 12)
        self.depth = nn.Conv2d(12, 12, 5, padding=2, groups=12)
        self.gate = nn.Sequential(nn.Conv2d(12, 3, 1), nn.SiLU(), nn.Conv2d(3, 12, 1))
        self.last = nn.Conv2d(12, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.hardswish(self.depth(functional.silu(self.wide(x))))
        y = y * torch.sigmoid(self.gate(functional.adaptive_avg_pool2d(y, 1)))
        return (self.last(y) + x).mean((2, 3))


class Attention(nn.Module):
    """Patches, a class token, positions and self-attention."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, 4)
        self.token = nn.Parameter(torch.rand(1, 1, 16))
        self.places = nn.Parameter(torch.rand(1, 17, 16))
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=True)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.patches(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1) + self.places
        return self.head(self.layer(y)[:, 0])


class Windows(nn.Module):
    """Cut into windows and rolled, as in Swin."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.norm = nn.Conv2d(3, 8, 1), nn.LayerNorm(8)
        self.mix = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.roll(self.body(x).permute(0, 2, 3, 1), (2, 2), (1, 2))
        n, h, w, c = y.shape
        y = y.view(n, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        q, k, v = self.mix(self.norm(y)).chunk(3, -1)
        y = torch.softmax(q @ k.transpose(-2, -1) / 8**0.5, -1) @ v
        return y.reshape(n, -1, c).mean(1)


class Unet(nn.Module):
    """Down, up by interpolation to a size that is read from a tensor, and joined."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.deep, self.up = block(3, 6, stride=2), block(6, 6), nn.Conv2d(9, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.elu(self.deep(functional.leaky_relu(self.down(x), 0.1)))
        y = functional.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)
        return self.up(torch.cat([x, y], 1))


class Branches(nn.Module):
    """Inception's branches, with a dictionary of outputs, one of them without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = block(3, 4), nn.Conv2d(3, 4, 1)
        self.head = nn.Linear(11, 3)

    def forward(self, x: Tensor) -> dict[str, Any]:
        pooled = functional.max_pool2d(x, 3, 1, 1)
        y = torch.cat([torch.relu(self.one(x)), torch.tanh(self.two(x)), pooled], 1).amax((2, 3))
        with torch.no_grad():
            first = y.softmax(-1)
        return {"logits": self.head(y), "aux": [first, y.split([4, 7], 1)]}


class Shuffled(nn.Module):
    """Channels split and shuffled, and pixels, too."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.last = block(3, 16), nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        left, right = self.body(x).chunk(2, 1)
        y = torch.stack([left, right * 2], 2).flatten(1, 2)
        return self.last(functional.pixel_shuffle(y, 2)).clamp(-1, 1).mean((2, 3))


class Normalised(nn.Module):
    """Pictures are normalised inside: a buffer, a constant, and a type that is changed."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.rand(3, 1, 1))
        self.scale = torch.rand(3, 1, 1) + 1
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.GELU())

    def forward(self, x: Tensor) -> Tensor:
        y = self.body((x.double() - self.mean).float() / self.scale)
        steps = torch.arange(4, dtype=torch.float32, device=x.device)
        return (y.mean((2, 3)) * steps).masked_fill(steps > 2, 0.5)


class Tied(nn.Module):
    """A weight under two names, a view of a larger tensor, and numbers that are not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 3, 1)
        self.two = self.one
        self.register_buffer("part", torch.rand(3, 8)[:, 2:5])
        self.frozen = nn.Parameter(torch.rand(3), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.two(self.one(x)).mean((2, 3)) @ self.part * self.frozen


class Recurrent(nn.Module):
    """Lines of text, as in recognition: a convolution and a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.cell = nn.Conv2d(3, 6, 3, padding=1), nn.GRU(6, 5, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.cell(self.body(x).mean(2).transpose(1, 2))
        return y[:, -1]


class Deep(nn.Module):
    """Dilated and transposed convolutions, dropout and padding."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(3, 6, 3, dilation=2),
            nn.PReLU(6),
            nn.Dropout2d(0.5),
            nn.ConvTranspose2d(6, 4, 2, 2),
            nn.InstanceNorm2d(4, affine=True),
            nn.AvgPool2d(2),
            nn.Hardtanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten(2).max(-1).values


NETS: dict[str, Callable[[], nn.Module]] = {
    "usual": Net,
    "residual": Residual,
    "squeeze": Squeeze,
    "attention": Attention,
    "windows": Windows,
    "unet": Unet,
    "branches": Branches,
    "shuffled": Shuffled,
    "normalised": Normalised,
    "tied": Tied,
    "recurrent": Recurrent,
    "deep": Deep,
}
