"""Operations without a useful gradient on the way to the score."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@broken("argmax output", "non-differentiable-op")
class ArgmaxOutput(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x)).argmax(dim=1)  # <- dies here


@broken("argmax output as a float", "non-differentiable-op")
class ArgmaxFloat(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        label = torch.argmax(logits, dim=1)  # <- dies here
        return label.float().unsqueeze(1)


@broken("one-hot of the class", "non-differentiable-op")
class OneHot(Base):
    def forward(self, x: Tensor) -> Tensor:
        label = self.head(self.features(x)).max(1).indices  # <- dies here
        return F.one_hot(label, 5).float()


@broken("a threshold at the end", "non-differentiable-op")
class Threshold(Base):
    def forward(self, x: Tensor) -> Tensor:
        probabilities = self.head(self.features(x)).softmax(1)
        return (probabilities > 0.2).float()  # <- dies here


@broken("scores are rounded", "non-differentiable-op")
class Rounded(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = 1000 * self.head(self.features(x))
        return torch.round(logits)  # <- dies here


@broken("the input is rounded to 8 bits", "zero-gradient")
class EightBits(Base):
    def forward(self, x: Tensor) -> Tensor:
        x = (x * 32).round() / 32  # <- dies here
        return self.head(self.features(x))


@broken("the input is cast to uint8", "non-differentiable-op")
class ByteCast(Base):
    def forward(self, x: Tensor) -> Tensor:
        x = (x * 32 + 128).clamp(0, 255).to(torch.uint8)  # <- dies here
        return self.head(self.features(x.float() / 255))


@broken("a binary network by sign()", "non-differentiable-op")
class Binary(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        maps = (maps - maps.mean()).sign()  # <- dies here
        return self.head(maps)


@broken("floor of the features", "zero-gradient")
class Floored(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        return self.head((maps * 50).floor_())  # <- dies here


@broken("a table is looked up by the input's values", "non-differentiable-op")
class Lookup(Base):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(64, 3)

    def forward(self, x: Tensor) -> Tensor:
        index = (x.mean(1) * 8 + 32).clamp(0, 63).long()  # <- dies here
        return self.head(self.features(self.table(index).permute(0, 3, 1, 2)))


@broken("whole numbers by division", "non-differentiable-op")
class RoundedDivision(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        steps = torch.div(maps, 0.01, rounding_mode="floor")  # <- dies here
        return self.head(steps)


@broken("a dynamically quantised layer", "no-gradient", layer="head.2")
class Quantised(Base):
    def __init__(self) -> None:
        super().__init__()
        torch.ao.quantization.quantize_dynamic(self.head, {nn.Linear}, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))
