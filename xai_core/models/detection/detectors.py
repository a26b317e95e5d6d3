"""torchvision's detectors, which take a list of pictures, on a batch `[B, C, H, W]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.vision_libraries import make_detectors_run

if TYPE_CHECKING:
    from torch import nn

PACKAGE = "torchvision.models.detection."
TRANSFORM = "GeneralizedRCNNTransform"


class AsList:
    """A batch as the list of its pictures: a hook, so that the model's layers keep their names."""

    def __call__(self, module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """As `torch.nn.Module.register_forward_pre_hook` asks."""
        import torch

        batch = isinstance(args[0], torch.Tensor) and args[0].ndim == 4
        return (list(args[0]), *args[1:]) if batch else args


def is_detector(module: nn.Module) -> bool:
    """Whether it is one of torchvision's, or made of one of its classes."""
    named = any(kind.__module__.startswith(PACKAGE) for kind in type(module).__mro__)
    return named and type(getattr(module, "transform", None)).__name__ == TRANSFORM


def make_ready(module: nn.Module) -> None:
    """Let a detector run on batches; nothing for any other module."""
    make_detectors_run()
    if is_detector(module):
        module.register_forward_pre_hook(AsList())


def detector_input(module: nn.Module) -> InputSpec | None:
    """The form that a detector's own preparation starts from; None for any other module.

    It normalises and resizes by itself, so that it is given values in [0, 1] at the size that it
    works at: its smallest side, or the one size of SSD.
    """
    if not is_detector(module):
        return None
    transform: Any = module.transform
    channels = len(transform.image_mean)
    fixed = getattr(transform, "fixed_size", None)
    side = min(transform.min_size[-1], transform.max_size)
    width, height = fixed or (side, side)
    plain = {"mean": (0.0,) * channels, "std": (1.0,) * channels}
    return InputSpec(channels, height, width, "letterbox", min(height, width), **plain)  # type: ignore[arg-type]
