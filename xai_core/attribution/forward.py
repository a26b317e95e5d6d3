"""What is run of a model, on which tensor, and one forward pass of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.device import device_of
from xai_core.base.errors import MethodError, ModelError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel


def run(module: Callable[[Tensor], Any], tensor: Tensor) -> Any:
    """One forward pass whose failure is a `ModelError` that a user can act on.

    The module gets a copy: it may work on its input in place.
    """
    try:
        return module(tensor.clone())
    except ModelError:  # says by itself what to do
        raise
    except Exception as cause:
        raise ModelError(
            f"The model fails on an input of shape {tuple(tensor.shape)}: {cause}",
            "Check channels and size of the input.",
            code="forward-failed",
        ) from cause


def suit(module: nn.Module, shape: Sequence[int]) -> None:
    """Let a conversion that holds for one shape become that for inputs of `(C, H, W)`."""
    change = getattr(module, "suit_shape", None)
    if callable(change) and type(module).__module__.startswith("xai_core."):
        change(tuple(shape))


def module_of(model: LoadedModel | nn.Module, *, needs_gradient: bool = True) -> nn.Module:
    """What is run. Raises `MethodError` for a model that only predicts, and for a
    conversion whose proof is not finished.
    """
    from torch import nn

    if isinstance(model, nn.Module):
        return model
    if model.module is not None:
        return model.module
    if not needs_gradient and model.reference is not None:
        from xai_core.attribution.predictor import PredictorModule

        return PredictorModule(model.reference)
    late = next((one for one in model.findings if one.code == "time-limit"), None)
    if late is not None:
        raise MethodError(late.message, late.hint, code=late.code)
    raise MethodError(
        "This model only predicts: there is nothing to take a gradient of.",
        "Load the original PyTorch or Keras model, or choose Occlusion.",
        code="inference-format",
    )


def tensor_of(inputs: Inputs, module: nn.Module) -> Tensor:
    """Inputs on the device of a module. Raises `InputError` where they are no inputs."""
    import torch

    return torch.from_numpy(checked_inputs(inputs).copy()).to(device_of(module))


def another(picture: Tensor) -> Tensor:
    """A picture that differs: statistics over a batch of the same are those of one."""
    return 0 * picture if bool(picture.any()) else picture + 1
