"""Three small networks for wafer pictures, built of torch's own layers.

A file of them holds no class of Pedestal's, so it opens without running code of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from xai_core.demo.wafer.kinds import KINDS

FEATURE_LAYERS = 15  # of segmenter and sizer: what is told of each place


def classifier() -> nn.Sequential:
    """`[B, 1, H, W]` -> `[B, 6]`: a score a kind. The place with the strongest sign decides."""
    pool = nn.AdaptiveMaxPool2d(1)
    return nn.Sequential(*_features(), pool, nn.Flatten(), nn.Linear(48, len(KINDS)))


def segmenter() -> nn.Sequential:
    """`[B, 1, H, W]` -> `[B, 2, H, W]`: a score for background and one for defect, a pixel."""
    upwards = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    return nn.Sequential(*_places(), nn.Conv2d(20, 2, 1), upwards)


def sizer() -> nn.Sequential:
    """`[B, 1, H, W]` -> `[B, 1]`: the defect's equivalent diameter in pixels.

    It counts the places that look like a defect: the mean of a sigmoid is an area. Areas are
    shares of a picture, below a hundredth, so `eps` must be far smaller than usual.
    """
    area = (nn.Conv2d(20, 1, 1), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    head = (nn.BatchNorm1d(1, eps=1e-9), nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1))
    return nn.Sequential(*_places(), *area, *head)


BUILDERS: Mapping[str, Callable[[], nn.Sequential]] = {
    one.__name__: one for one in (classifier, segmenter, sizer)
}


def _features() -> list[nn.Module]:
    """A map of 48 channels at a quarter of the resolution; each place sees about 50 pixels."""
    return [
        *_stage(1, 12, size=5, stride=2),
        *_stage(12, 24),
        *_stage(24, 32, stride=2),
        *_stage(32, 48, dilation=2),
        *_stage(48, 48, dilation=2),
    ]


def _places() -> list[nn.Module]:
    """A map of 20 channels at half of the resolution, that tells small defects from the pattern."""
    wide = [layer for d in (1, 2, 4, 8) for layer in _stage(20, 20, dilation=d)]
    return [*_stage(1, 20, size=5, stride=2), *wide]


def _stage(
    inputs: int, outputs: int, *, size: int = 3, stride: int = 1, dilation: int = 1
) -> list[nn.Module]:
    padding = dilation * (size // 2)
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding, dilation, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
