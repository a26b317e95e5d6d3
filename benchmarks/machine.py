"""Where the figures come from, in a line."""

from __future__ import annotations

import os
import platform

import torch

from xai_core.base.device import best_device


def describe() -> str:
    """Processor, cores, threads, device, and the versions that matter."""
    device = best_device()
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} torch threads, "
        f"{name}, Python {platform.python_version()}, torch {torch.__version__}"
    )
