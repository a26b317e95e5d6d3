"""What detectors call, in plain torch, against the definition of it, cell by cell."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from xai_core.base.vision.operators import nms, roi_align


def _bilinear(features: Tensor, y: float, x: float) -> float:
    height, width = features.shape
    if not (-1.0 <= y <= height and -1.0 <= x <= width):
        return 0.0
    y, x = min(max(y, 0.0), height - 1.0), min(max(x, 0.0), width - 1.0)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, across = y - top, x - left
    upper = features[top, left] * (1 - across) + features[top, right] * across
    lower = features[bottom, left] * (1 - across) + features[bottom, right] * across
    return float(upper * (1 - down) + lower * down)


def _cell(
    features: Tensor, region: Tensor, scale: float, row: int, column: int, ratio: int, aligned: bool
) -> float:
    """Of a 2 × 3 grid on one channel: https://arxiv.org/abs/1703.06870, section 3."""
    left, top, right, bottom = (float(edge) * scale - 0.5 * aligned for edge in region)
    width, height = right - left, bottom - top
    if not aligned:
        width, height = max(width, 1.0), max(height, 1.0)
    wide, high = width / 3, height / 2
    down = ratio if ratio > 0 else max(1, math.ceil(high))
    across = ratio if ratio > 0 else max(1, math.ceil(wide))
    total = sum(
        _bilinear(
            features,
            top + high * (row + (i + 0.5) / down),
            left + wide * (column + (j + 0.5) / across),
        )
        for i in range(down)
        for j in range(across)
    )
    return total / (down * across)


@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("ratio", [2, -1])
def test_regions_are_averages_of_samples(ratio: int, aligned: bool) -> None:
    draws = torch.Generator().manual_seed(0)
    features = torch.randn(2, 2, 9, 11, generator=draws, dtype=torch.float64)
    corners = torch.rand(6, 2, generator=draws, dtype=torch.float64) * 90 - 10
    sides = torch.rand(6, 2, generator=draws, dtype=torch.float64) * 70
    numbers = torch.tensor([[0.0], [1.0]] * 3, dtype=torch.float64)
    regions = torch.cat([numbers, corners, corners + sides], 1)
    found = roi_align(features, regions, 0.125, 2, 3, ratio, aligned)
    assert found.shape == (6, 2, 2, 3)
    for number, region in enumerate(regions):
        for channel in range(2):
            one = features[int(region[0]), channel]
            slow = [
                [_cell(one, region[1:], 0.125, row, column, ratio, aligned) for column in range(3)]
                for row in range(2)
            ]
            torch.testing.assert_close(
                found[number, channel], torch.tensor(slow, dtype=torch.float64)
            )


def test_regions_have_a_gradient_and_none_by_their_corners() -> None:
    features = torch.randn(1, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    regions = torch.tensor([[0.0, 0.6, 0.7, 3.4, 4.1]], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda one: roi_align(one, regions, 1.0, 2, 2, 2, False), (features,)
    )


def test_no_region_still_hangs_on_the_graph() -> None:
    features = torch.zeros(1, 3, 5, 5, requires_grad=True)
    found = roi_align(features, torch.zeros(0, 5), 1.0, 7, 7, 2, False)
    assert found.shape == (0, 3, 7, 7)
    assert found.requires_grad


def _slow_nms(boxes: list[list[float]], scores: list[float], threshold: float) -> list[int]:
    kept: list[int] = []
    for number in sorted(range(len(boxes)), key=lambda index: -scores[index]):
        if all(_iou(boxes[number], boxes[other]) <= threshold for other in kept):
            kept.append(number)
    return kept


def _iou(one: list[float], other: list[float]) -> float:
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / (sum(areas) - wide * high)


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_of_overlapping_boxes_the_best_stays(threshold: float) -> None:
    draws = torch.Generator().manual_seed(1)
    corners = torch.rand(60, 2, generator=draws) * 40
    boxes = torch.cat([corners, corners + 1 + torch.rand(60, 2, generator=draws) * 30], 1)
    scores = torch.rand(60, generator=draws)
    slow = _slow_nms(boxes.tolist(), scores.tolist(), threshold)
    assert nms(boxes, scores, threshold).tolist() == slow


def test_no_box() -> None:
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []
