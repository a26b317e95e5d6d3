"""Regions of a mask, and how much the score drops when each is covered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from xai_core.attribution.methods.base import Task
from xai_core.base.errors import InputError
from xai_core.pictures.region import Mask, from_text

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=4)
def parts_of_mask(text: str) -> tuple[Mask, ...]:
    """The connected parts of a mask. Raises `InputError` where there is none."""
    from scipy.ndimage import label

    labels, count = label(from_text(text))
    if not count:
        raise InputError("The mask of regions is empty.", "Give one that is white somewhere.")
    return tuple(labels == number for number in range(1, count + 1))


def regions_covered(task: Task, fills: Sequence[Tensor]) -> Tensor:
    """The drop of the score where each region is covered, `[1, C, H, W]`; 0 outside of all.

    Args:
        fills: `[C, H, W]`, for all channels or one of each.
    """
    import torch

    parts = parts_of_mask(task.parameters.regions)
    size = tuple(task.inputs.shape[2:])
    if parts[0].shape != size:
        raise InputError(
            f"The mask of regions has {parts[0].shape[0]} rows and {parts[0].shape[1]} columns, "
            f"the model's input {size[0]} and {size[1]}.",
            "Upload it again for this model.",
        )
    masks = [torch.from_numpy(part).to(task.inputs.device) for part in parts]
    values = task.inputs.new_zeros(len(fills), *size)
    with torch.no_grad():
        for number, fill in enumerate(fills):
            clean = task.scorer(task.inputs)
            for start in range(0, len(masks), task.batch_size):
                several = masks[start : start + task.batch_size]
                pictures = [torch.where(one, fill, task.inputs[0]) for one in several]
                scores = task.scorer(torch.stack(pictures))
                for one, score in zip(several, scores, strict=True):
                    values[number][one] = clean[0] - score
    return values[None].expand_as(task.inputs)
