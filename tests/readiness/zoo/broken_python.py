"""The score is computed outside torch: in NumPy, or in plain Python."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@broken("NumPy round trip in the middle", "numpy-round-trip")
class NumpyRoundTrip(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        array = maps.detach().cpu().numpy()  # <- dies here
        array = np.log1p(np.abs(array))
        return self.head(torch.from_numpy(array).to(x))


@broken("NumPy in the preprocessing", "numpy-round-trip")
class NumpyPreprocessing(Base):
    def forward(self, x: Tensor) -> Tensor:
        flat = x.detach()
        array = np.asarray(flat)  # <- dies here
        array = (array - array.mean()) / array.std()
        return self.head(self.features(torch.tensor(array, dtype=x.dtype)))


@broken("output is a NumPy array", "numpy-round-trip")
class NumpyOutput(Base):
    def forward(self, x: Tensor) -> np.ndarray:
        return self.head(self.features(x)).detach().numpy()  # <- dies here


@broken("item() of the only score", "python-scalar")
class ItemOutput(Base):
    def forward(self, x: Tensor) -> float:
        return self.head(self.features(x))[0, 0].item()  # <- dies here


@broken("item() and Python arithmetic", "python-scalar")
class PythonArithmetic(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        values = [math.tanh(logits[0, index].item()) for index in range(5)]  # <- dies here
        return torch.tensor([values])


@broken("tolist() and back", "python-scalar")
class ListRoundTrip(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        values = logits.tolist()  # <- dies here
        return torch.tensor(values) * 2


@broken("float() of a score", "python-scalar")
class FloatCast(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        best = float(logits.max())  # <- dies here
        return torch.full((1, 1), best)


@broken("a scale by item() that the score depends on", "gradient-mismatch")
class ItemScale(Base):
    def forward(self, x: Tensor) -> Tensor:
        scale = x.pow(2).mean().item()  # <- dies here
        return self.head(self.features(x)) * scale


@broken("decided by a Python condition", "python-scalar")
class Condition(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        yes = logits[0, 0] > logits[0, 1]
        return torch.ones(1, 1) if bool(yes) else torch.zeros(1, 1)  # <- dies here


@broken("numpy() without a detach: it predicts under no_grad only", "numpy-round-trip")
class BareNumpy(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        array = np.tanh(maps.numpy())  # <- dies here
        return self.head(torch.from_numpy(array))


@broken("scaled to the picture's range by Python numbers", "gradient-mismatch")
class RangeByItem(Base):
    def forward(self, x: Tensor) -> Tensor:
        low, high = x.min().item(), x.max().item()  # <- dies here
        return self.head(self.features((x - low) / (high - low)))


@broken("a picture of bytes in between", "numpy-round-trip")
class BytePicture(Base):
    def forward(self, x: Tensor) -> Tensor:
        picture = (x[0] * 64 + 128).detach().cpu().numpy().astype(np.uint8)  # <- dies here
        array = picture[:, ::2, ::2].astype(np.float32) / 255
        return self.head(self.features(torch.from_numpy(array)[None]))
