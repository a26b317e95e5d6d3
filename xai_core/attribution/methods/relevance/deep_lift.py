"""DeepLIFT: differences from a baseline, handed back activation by activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.completeness import told_sums
from xai_core.attribution.hiding.baselines import FromBaseline, OneBaseline, baselines, count_of
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.attribution.rescaling.multipliers import UNSEEN, contributions


@dataclass(frozen=True)
class DeepLiftParameters(FromBaseline, OneBaseline):
    """Of DeepLIFT."""


@METHODS.register
class DeepLift(Method):
    """Multipliers · (x − x₀) by the rescale rule, `[1, C, H, W]`; they add up to the difference.

    Shrikumar et al. 2017, arXiv 1704.02685, with the multipliers of Captum where activations are
    layers. Departures: functional, bounded and reused activations have theirs too, which Captum
    leaves out in silence (captum issue 1082), and of a product each factor has the mean of the
    other at both ends. Max pooling hands a rise to where the picture has its
    maximum and a fall to where the baseline has its own, also beside an activation, where
    Captum's sum is off.
    """

    name = "deep-lift"
    title = "DeepLIFT"
    order = 72
    signed = True
    unit = SHARE
    summary = "What each pixel's difference from a baseline adds to the difference of the scores."
    citation = "Shrikumar et al., 2017, arXiv 1704.02685"
    Parameters: ClassVar[type] = DeepLiftParameters

    def attribute(self, task: Task) -> RawMap:
        from xai_core.attribution.noise.standard_error import RunningMean

        mean, ends = RunningMean(), []
        for baseline in baselines(task):
            values, *both = contributions(task.scorer, task.inputs, baseline)
            mean.add(values.double())
            ends.append(both)
        scores, starts = zip(*ends, strict=True)
        told = told_sums(mean.mean, sum(scores) / len(ends), sum(starts) / len(ends))
        if mean.relative_error is not None:
            told["standard_error"] = mean.relative_error
        return RawMap(mean.mean.to(task.inputs), chosen=told)

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        return count_of(parameters)

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or (
            None if capabilities.layers else UNSEEN
        )
