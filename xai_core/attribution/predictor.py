"""A predictor of another runtime as a module, for methods that need only predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_core.base.errors import ModelError

if TYPE_CHECKING:
    from xai_core.base.loaded_model import LoadedModel


class PredictorModule(nn.Module):
    """Calls a predictor (arrays in, arrays out) with tensors in and out; there is no gradient."""

    def __init__(self, predictor: Callable[[Any], Any]) -> None:
        super().__init__()
        self._predictor = predictor

    def forward(self, inputs: Tensor) -> Any:
        """The predictor's output, nested as it is."""
        return tensors(self._predictor(inputs.detach().cpu().numpy()))


def runnable(model: LoadedModel | nn.Module) -> nn.Module:
    """What predicts: the model's module, or its predictor as one. Raises `ModelError`."""
    if isinstance(model, nn.Module):
        return model
    if model.module is not None:
        return model.module
    if model.reference is None:
        raise ModelError(f"{model.path.name} holds nothing that can be run.")
    return PredictorModule(model.reference)


def tensors(output: Any) -> Any:
    """The same with tensors for arrays, nested as it is."""
    if isinstance(output, Mapping):
        return {key: tensors(value) for key, value in output.items()}
    if isinstance(output, list | tuple):
        return [tensors(value) for value in output]
    if isinstance(output, np.ndarray | np.generic):
        return torch.from_numpy(np.array(output))
    return output
