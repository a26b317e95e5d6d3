"""A module as the predictor of its own runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.base.arrays import Inputs

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import Predictor


def predictor_of(module: nn.Module) -> Predictor:
    """Float32 `[B, C, H, W]` in; the module's output as arrays, nested as it is."""
    import torch

    from xai_core.base.device import device_of

    def predict(inputs: Inputs) -> Any:
        with torch.no_grad():
            return _arrays(module(torch.from_numpy(inputs).to(device_of(module))))

    return predict


def _arrays(output: Any) -> Any:
    if isinstance(output, Mapping):
        return {key: _arrays(value) for key, value in output.items()}
    if isinstance(output, list | tuple):
        return type(output)(_arrays(value) for value in output)
    return output.cpu().numpy() if hasattr(output, "cpu") else output
