"""Inputs of more axes than a picture's: what is said of a model that wants them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError

if TYPE_CHECKING:
    from torch import nn

FIVE = re.compile(
    r"weight of size \[\d+(?:, \d+){4}\]|expected 5[, )]|\b5-?D\b|conv3d|pool3d|rank 5|"
    r"must be 5|5 dim|dim(?:ension)?s? 5|number of dimensions",
    re.IGNORECASE,
)
VOLUMES = (
    "The model takes volumes or clips: inputs of five axes (batch, channels, depth or time, "
    "height, width). Pedestal explains pictures; five axes are not supported."
)
SLICEWISE = (
    "Explain it slice by slice: save a module whose forward takes one picture x, puts it in its "
    "place of a fixed volume v of shape [1, C, D, H, W] and calls the model: "
    "model(torch.cat([v[:, :, :i], x.unsqueeze(2), v[:, :, i + 1:]], 2)). Each slice i then has "
    "a map of its own."
)


def volumes(module: nn.Module, error: str) -> ModelError | None:
    """The error for a model of volumes or clips; None for another."""
    from torch import nn

    if FIVE.search(error) is None and not isinstance(_first(module), nn.Conv3d):
        return None
    return ModelError(VOLUMES, SLICEWISE, code="forward-failed")


def _first(module: nn.Module) -> nn.Module | None:
    """The first convolution."""
    from torch import nn

    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return next((child for child in module.modules() if isinstance(child, kinds)), None)
