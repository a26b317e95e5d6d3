"""How long a map will take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.base.parameters import build
from xai_core.readiness.result import Verdict


def estimated_seconds(
    verdict: Verdict, method: str, parameters: Mapping[str, Any] | None = None
) -> float | None:
    """Samples that the method sends through the model × measured seconds of one sample.

    A perturbation method has no backward pass, so it is counted by the forward pass alone.
    Batches make it faster: it is an upper estimate.
    """
    plugin = METHODS[method]
    settings = build(plugin.Parameters, parameters or {})
    name = "seconds_per_sample" if plugin.needs_gradient else "seconds_per_forward"
    seconds, shape = verdict.evidence.get(name), verdict.input_shape
    if not isinstance(seconds, int | float) or shape is None or len(shape) != 4:
        return None
    return float(seconds) * plugin.samples(settings, (shape[1], shape[2], shape[3]))
