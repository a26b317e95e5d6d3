"""Superpixels: parts of the picture that are hidden as one, and a linear model of their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xai_core.attribution.hiding.hidden import Hidden, scores
from xai_core.attribution.hiding.planes import pieces
from xai_core.attribution.methods.base import Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SuperpixelParameters(Hidden):
    """Of a method that hides superpixels."""

    segments: int = parameter(
        50,
        "About how many superpixels (SLIC) the picture is cut into.",
        minimum=2,
        maximum=500,
        step=10,
    )
    samples: int = parameter(
        500,
        "How many pictures with superpixels hidden are scored, a pass for each.",
        minimum=10,
        maximum=20000,
        step=100,
    )


def segments_of_each(task: Task) -> NDArray[np.int64]:
    """`[P, H, W]`: the number of each pixel's superpixel, from 0, one plane for each input.

    They are numbered over all inputs; what lies behind a smaller one is of its first.
    """
    found = [segments(one, task.parameters.segments) for one in pieces(task)]
    planes = np.zeros((len(found), *task.inputs.shape[2:]), np.int64)
    first = 0
    for plane, numbers in zip(planes, found, strict=True):
        plane[:] = first
        plane[: numbers.shape[0], : numbers.shape[1]] += numbers
        first += int(numbers.max()) + 1
    return planes


def segments(inputs: Tensor, wanted: int) -> NDArray[np.int64]:
    """`[H, W]`: the number of each pixel's superpixel, from 0, of a picture `[1, C, H, W]`.

    Achanta et al. 2012, SLIC, by scikit-image; on the model's input, each channel in [0, 1].
    """
    from skimage.segmentation import slic

    picture = inputs[0].detach().float().cpu().numpy().transpose(1, 2, 0)
    low, high = picture.min((0, 1)), picture.max((0, 1))
    scaled = (picture - low) / np.where(high > low, high - low, 1)
    found = slic(scaled, wanted, convert2lab=False, start_label=0, channel_axis=2)
    numbers: NDArray[np.int64] = np.unique(found, return_inverse=True)[1].reshape(found.shape)
    return numbers


def shown_scores(task: Task, parts: NDArray[np.int64], shown: NDArray[np.bool_]) -> Floats:
    """`[n]` scores with the superpixels shown that `[n, M]` says."""
    import torch

    size = max(1, task.batch_size)
    found = []
    for start in range(0, len(shown), size):
        masks = shown[start : start + size][:, parts]  # [n, P, H, W]
        found.append(scores(task, torch.from_numpy(masks.astype(np.float32))))
    return torch.cat(found).double().cpu().numpy()


def painted(values: Floats, parts: NDArray[np.int64], inputs: Tensor) -> Tensor:
    """`[1, P, H, W]` of a value for each superpixel."""
    import torch

    return torch.from_numpy(values[parts].astype(np.float32))[None].to(inputs.device)
