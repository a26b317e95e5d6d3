"""torchvision's operators of detectors in plain torch, for a build that lacks the compiled ones."""

from __future__ import annotations

import torch
from torch import Tensor


def nms(dets: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Boxes that no better one overlaps by more than the threshold: their numbers, best first.

    Args:
        dets: `[N, 4]`, corners `x1 y1 x2 y2`. scores: `[N]`.
    """
    order = scores.detach().argsort(descending=True, stable=True)
    boxes = dets.detach()[order]
    kept: list[int] = []
    open_ = torch.ones(len(boxes), dtype=torch.bool, device=boxes.device)
    for number in range(len(boxes)):
        if open_[number]:
            kept.append(number)
            open_ &= ~(_overlap(boxes, boxes[number]) > iou_threshold)
    return order[torch.tensor(kept, dtype=torch.long, device=order.device)]


def roi_align(
    input: Tensor,  # noqa: A002 - as torchvision's operator calls it
    rois: Tensor,
    spatial_scale: float,
    pooled_height: int,
    pooled_width: int,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """`[K, C, pooled_height, pooled_width]`: averages of bilinear samples in the cells of regions.

    Where no number of samples is fixed there are as many a cell as it has pixels. As in the
    compiled operator there is no derivative by the regions.

    Args:
        input: `[B, C, H, W]`. rois: `[K, 5]`, the picture's number and corners.
        sampling_ratio: samples a side of a cell; 0 or less: by the size of the region.
    """
    regions = rois.detach()
    corners = regions[:, 1:] * spatial_scale - (0.5 if aligned else 0.0)
    sides = corners[:, 2:] - corners[:, :2]
    sides = sides if aligned else sides.clamp(min=1.0)
    pooled = (pooled_width, pooled_height)
    found = [
        _region(input[int(region[0])], corner[:2], side, pooled, sampling_ratio)
        for region, corner, side in zip(regions, corners, sides, strict=True)
    ]
    if not found:
        return input.new_zeros((0, input.shape[1], pooled_height, pooled_width)) + 0 * input.sum()
    return torch.stack(found)


def _region(
    features: Tensor, start: Tensor, side: Tensor, pooled: tuple[int, int], ratio: int
) -> Tensor:
    """Of one region on `[C, H, W]`; only the part that it reaches is looked at."""
    across, left, right = _axis(start[0], side[0], pooled[0], ratio, features.shape[2])
    down, top, bottom = _axis(start[1], side[1], pooled[1], ratio, features.shape[1])
    part = features[:, top:bottom, left:right]
    return down.to(part.dtype) @ part @ across.to(part.dtype).T


def _axis(
    start: Tensor, side: Tensor, cells: int, ratio: int, size: int
) -> tuple[Tensor, int, int]:
    """`[cells, n]`: the share that each of n pixels of an axis has in the mean of each cell.

    Bilinear sampling is a product of both axes, and so is the mean over a cell's samples. With the
    first of the pixels, and the one behind the last.
    """
    samples = ratio if ratio > 0 else max(1, int(torch.ceil(side / cells)))
    count = torch.arange(cells * samples, device=start.device, dtype=start.dtype)
    places = start + (count + 0.5) / samples * (side / cells)
    inside = ((places >= -1.0) & (places <= size)).to(places.dtype)
    places = places.clamp(min=0.0, max=size - 1.0)
    low = places.floor().long()
    above = (places - low) * inside
    first, last = int(low.min()), min(int(low.max()) + 2, size)
    shares = torch.zeros(len(places), last - first, dtype=start.dtype, device=start.device)
    rows = torch.arange(len(places), device=start.device)
    shares[rows, low - first] += inside - above
    shares[rows, (low + 1).clamp(max=size - 1) - first] += above
    return shares.reshape(cells, samples, -1).mean(1), first, last


def _overlap(boxes: Tensor, box: Tensor) -> Tensor:
    """`[N]`, intersection over union of each box with one."""
    sides = torch.minimum(boxes[:, 2:], box[2:]) - torch.maximum(boxes[:, :2], box[:2])
    shared = sides.clamp(min=0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return shared / (areas + (box[2:] - box[:2]).prod() - shared)
