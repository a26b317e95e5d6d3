"""What is hidden of each input, where a picture is packed of several: a plane for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xai_core.attribution.methods.base import Task
from xai_core.base.several_inputs.packing import places

if TYPE_CHECKING:
    from torch import Tensor


def pieces(task: Task) -> list[Tensor]:
    """`[1, C, h, w]` of each input; the picture itself where it is one."""
    if not task.parts:
        return [task.inputs]
    return [task.inputs[place] for place in places(task.parts)]


def sizes_of(task: Task) -> list[tuple[int, int]]:
    """`(h, w)` of each input."""
    return [(one.shape[2], one.shape[3]) for one in pieces(task)]


def beside_padding(other: Tensor, task: Task) -> Tensor:
    """Another picture `[1, ΣC, H, W]`, as the explained one behind smaller inputs: nothing lies
    between the two there.
    """
    if not task.parts:
        return other
    found = task.inputs.clone()
    for place in places(task.parts):
        found[place] = other[place]
    return found


def laid(planes: Sequence[Tensor], task: Task) -> Tensor:
    """Masks of each input, `[n, 1, h, w]`, as `[n, P, H, W]`; behind smaller ones 1."""
    import torch
    import torch.nn.functional as F  # noqa: N812 - its usual name

    if len(planes) == 1:
        return planes[0]
    height, width = task.inputs.shape[2:]
    ends = [(0, width - one.shape[3], 0, height - one.shape[2]) for one in planes]
    return torch.cat([F.pad(one, end, value=1) for one, end in zip(planes, ends, strict=True)], 1)


def over_channels(planes: Tensor, task: Task) -> Tensor:
    """`[n, P, H, W]` as what covers the packed picture, `[n, ΣC, H, W]`; of one input as it is."""
    import torch

    if not task.parts:
        return planes
    counts = torch.tensor([shape[0] for shape in task.parts], device=planes.device)
    return planes.repeat_interleave(counts, 1)
