"""How well the networks do on pictures whose defect is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from scripts.wafer.generator import WaferPicture
from xai_core.demo.wafer.exhibits import SPEC
from xai_core.demo.wafer.kinds import KINDS


@dataclass(frozen=True)
class Batch:
    """Pictures with their truth.

    Attributes:
        inputs: float32 `[B, 1, H, W]`, normalised. kinds: `[B]`. masks: bool `[B, H, W]`.
        sizes: `[B]` in pixels.
    """

    inputs: Tensor
    kinds: Tensor
    masks: Tensor
    sizes: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def at(self, places: np.ndarray) -> Batch:
        """Some of the pictures."""
        index = torch.from_numpy(places)
        return Batch(*(one[index] for one in vars(self).values()))

    def turned(self, draws: np.random.Generator) -> Batch:
        """All turned by the same quarter, and mirrored or not."""
        quarters, mirrored = int(draws.integers(4)), bool(draws.integers(2))
        inputs, masks = (one.rot90(quarters, (-2, -1)) for one in (self.inputs, self.masks))
        if mirrored:
            inputs, masks = inputs.flip(-1), masks.flip(-1)
        return Batch(inputs, self.kinds, masks, self.sizes)


def batch_of(pictures: Iterable[WaferPicture]) -> Batch:
    """Pictures as the networks get them."""
    given = list(pictures)
    values = np.stack([one.pixels for one in given])[:, None].astype(np.float32) / 255
    return Batch(
        torch.from_numpy((values - np.float32(SPEC.mean[0])) / np.float32(SPEC.std[0])),
        torch.tensor([KINDS.index(one.kind) for one in given]),
        torch.from_numpy(np.stack([one.mask for one in given])),
        torch.tensor([one.size_px for one in given], dtype=torch.float32),
    )


def figures_of(name: str, network: nn.Module, batch: Batch) -> dict[str, float]:
    """The figures of a network: see `FIGURE_NAMES`."""
    with torch.no_grad():
        output = torch.cat([network(part) for part in torch.split(batch.inputs, 50)])
    judged = {"classifier": _classified, "segmenter": _segmented, "sizer": _sized}[name]
    return {key: round(value, 4) for key, value in judged(output, batch).items()}


def _classified(output: Tensor, batch: Batch) -> dict[str, float]:
    """Share of pictures whose kind is right."""
    return {"accuracy": float((output.argmax(1) == batch.kinds).float().mean())}


def _segmented(output: Tensor, batch: Batch) -> dict[str, float]:
    """Intersection over union of all defect pixels of all pictures."""
    found = output.argmax(1) == 1
    both, either = (found & batch.masks).sum(), (found | batch.masks).sum()
    return {"iou": float(both / either)}


def _sized(output: Tensor, batch: Batch) -> dict[str, float]:
    """Mean absolute error in pixels, and the share of variance that is explained."""
    error = output[:, 0] - batch.sizes
    spread = batch.sizes - batch.sizes.mean()
    return {
        "mean_absolute_error_px": float(error.abs().mean()),
        "r2": float(1 - (error**2).sum() / (spread**2).sum()),
    }
