"""A detector's verdict: one box, on regions that are held still while its score is measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from xai_core import assess, explain
from xai_core.base.errors import InputError
from xai_core.models.detection.detectors import make_ready
from xai_core.models.vision_libraries import make_importable

make_importable()


def _faster(threshold: float = 0.05) -> nn.Module:
    from torchvision.models.detection import FasterRCNN
    from torchvision.models.detection.anchor_utils import AnchorGenerator

    torch.manual_seed(0)
    body: Any = nn.Sequential(
        nn.Conv2d(3, 8, 3, 4, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU()
    )
    body.out_channels = 16
    detector: nn.Module = FasterRCNN(
        body,
        num_classes=3,
        min_size=64,
        max_size=64,
        rpn_anchor_generator=AnchorGenerator(((16, 32),), ((1.0,),)),
        box_score_thresh=threshold,
        rpn_post_nms_top_n_test=30,
    )
    make_ready(detector)
    return detector.eval()


def _picture(seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).random((1, 3, 64, 64), dtype=np.float32)


def test_a_two_stage_detector_is_proven() -> None:
    verdict = assess(_faster(), _picture())
    assert verdict.level == "ready", verdict.findings
    assert verdict.evidence["finite_difference_cosine"] > 0.99


def test_its_map_is_the_gradient_of_the_score_of_its_box() -> None:
    detector, picture = _faster(), _picture()
    found = explain(detector, picture, None, "saliency", absolute=False)
    given = torch.from_numpy(picture).requires_grad_()
    output: dict[str, Tensor] = detector(given)[0]
    scores, boxes = output["scores"], output["boxes"]
    best = int(scores.argmax())
    (slope,) = torch.autograd.grad(scores[best], given)
    chosen = found.explained[0].chosen
    np.testing.assert_allclose(chosen["at"], boxes[best].detach().numpy(), atol=1e-3)
    np.testing.assert_allclose(found.values, slope.numpy(), rtol=1e-4, atol=1e-8)


def test_a_class_activation_map_is_of_the_picture_not_of_its_regions() -> None:
    """There are up to 30 regions, each with maps of its own in the second stage."""
    assert explain(_faster(), _picture(), None, "grad-cam").values.shape == (1, 1, 64, 64)


def test_a_picture_without_a_detection_says_so() -> None:
    with pytest.raises(InputError, match="finds no box on this picture"):
        explain(_faster(threshold=0.99), _picture(), None, "saliency")


def test_a_verdict_without_a_detection_is_of_the_best_candidate() -> None:
    detector: Any = _faster(threshold=0.99)
    verdict = assess(detector, _picture())
    assert verdict.level == "ready", verdict.findings
    assert "no-detection" in {finding.code for finding in verdict.findings}
    assert detector.roi_heads.score_thresh == 0.99
