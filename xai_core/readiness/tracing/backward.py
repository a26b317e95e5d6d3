"""Which line made the operation whose backward pass fails or gives no number."""

from __future__ import annotations

import re
import warnings

import torch
from torch import Tensor, nn

from xai_core.base.errors import XaiError
from xai_core.readiness.setting.score import Score, gradient
from xai_core.readiness.tracing.places import Place, is_own

FRAME = re.compile(r'File "(.+?)", line (\d+), in (\S+)')


def failing_line(module: nn.Module, score: Score, inputs: Tensor) -> Place | None:
    """Found by torch's anomaly mode, which keeps the stack of every forward call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with torch.autograd.set_detect_anomaly(True):
                gradient(module, score, inputs)
        except (RuntimeError, XaiError):
            pass
    for warning in caught:
        for file, line, function in reversed(FRAME.findall(str(warning.message))):
            if is_own(file):
                return Place(file, int(line), function)
    return None
