"""Where a model runs: on CUDA where there is one."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn


def best_device() -> torch.device:
    """CUDA where there is one, else the CPU."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_of(module: nn.Module) -> torch.device:
    """The device of a module's parameters; the CPU for a module without any."""
    import torch

    for tensor in chain(module.parameters(), module.buffers()):  # the first is found at once
        return tensor.device
    return torch.device("cpu")


def title_of(device: torch.device) -> str:
    """`cpu`, or the name of a GPU."""
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
