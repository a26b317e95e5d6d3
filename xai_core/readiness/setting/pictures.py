"""Inputs for a model when nobody gave a picture: blobs and noise, the same at every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

COUNT = 3
UNIT = 2


def synthetic(
    shape: tuple[int, int, int], device: torch.device, count: int = COUNT
) -> list[Tensor]:
    """`count` float32 inputs `[1, C, H, W]`: two with mean about 0, as after normalisation, and
    one in [0, 1].

    Half low-frequency blobs as photos have, half noise, so that no value occurs twice: ties and
    flat areas are where networks have no derivative. No global random state is used.
    """
    import torch
    import torch.nn.functional as F  # noqa: N812 - its usual name

    generator = torch.Generator().manual_seed(0)
    pictures = []
    for index in range(count):
        coarse = torch.randn(1, shape[0], 4, 4, generator=generator)
        blobs = F.interpolate(coarse, size=shape[1:], mode="bilinear", align_corners=False)
        noise = torch.randn(1, *shape, generator=generator)
        picture = blobs * (1.0 + 0.5 * index) + 0.5 * noise
        if index == UNIT:  # for models that normalise by themselves, or take a logarithm
            picture = picture.sigmoid()
        pictures.append(picture.to(device))
    return pictures
