"""Sound networks with outputs of other shapes than class scores."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import features, head, ready


class Base(nn.Module):
    classes = 5

    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head(self.classes)

    def logits(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@ready("output in a dict")
class DictOutput(Base):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        logits = self.logits(x)
        return {"size": torch.tensor(1), "logits": logits}


@ready("output in a tuple")
class TupleOutput(Base):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.features(x)
        return self.head(maps), maps


@ready("class index beside the scores")
class IndexBeside(Base):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        logits = self.logits(x)
        return {"label": logits.argmax(1), "scores": logits}


@ready("softmax output")
class Softmax(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x).softmax(1)


@ready("log-softmax output")
class LogSoftmax(Base):
    def forward(self, x: Tensor) -> Tensor:
        return F.log_softmax(self.logits(x), 1)


@ready("regressor with output [B, 1]")
class Regressor(Base):
    classes = 1

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x)


@ready("regressor that squeezes its last axis")
class SqueezedRegressor(Base):
    classes = 1

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x).squeeze(-1)


@ready("the batch is squeezed away")
class SqueezedBatch(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x).squeeze()


@ready("a sigmoid at the end that is 1 to the last digit")
class Saturated(Base):
    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(x) + 1000.0)


@ready("sigmoid score between 0 and 1")
class Probability(Base):
    classes = 1

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x).sigmoid()


@ready("dense output, upsampled bilinearly")
class Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.classify = features(), nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps = self.classify(self.features(x))
        size = x.shape[-2:]
        return {"out": F.interpolate(maps, size=size, mode="bilinear", align_corners=False)}


@ready("U-Net with transposed convolution and skip")
class SmallUNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down, self.low = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.out = nn.ConvTranspose2d(8, 4, 2, stride=2), nn.Conv2d(8, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        high = F.relu(self.down(x))
        low = F.relu(self.low(F.max_pool2d(high, 2)))
        return self.out(torch.cat([high, self.up(low)], 1))


@ready("very small gradients")
class TinyGradient(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x) * 1e-12
