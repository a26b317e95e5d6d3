"""FusionGrad: the gradient, averaged over noisy copies of the model and of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.attribution.noise import weights
from xai_core.attribution.noise.around import samples_each, unit_of
from xai_core.attribution.noise.gradients import averaged_gradients
from xai_core.attribution.noise.parameters import Averaged, InputNoise, WeightNoise


@dataclass(frozen=True)
class FusionGradParameters(Averaged, InputNoise, WeightNoise):
    """Of FusionGrad, with the reference's defaults."""


@METHODS.register
class FusionGrad(Method):
    """(1/nm) Σᵢ Σⱼ E(x + ξᵢⱼ; Wᵢ), `[1, C, H, W]`; see `noise.py`.

    Bykov et al. 2022, arXiv 2106.10185.
    """

    name = "fusiongrad"
    title = "FusionGrad"
    order = 20
    signed = False
    unit = SLOPE
    summary = "The gradient, averaged over noisy models and noisy copies of the picture."
    citation = "Bykov et al., 2022, arXiv 2106.10185"
    Parameters = FusionGradParameters

    def attribute(self, task: Task) -> RawMap:
        return self.attribute_each(task)[0]

    def takes_several(self, parameters: Any) -> bool:
        return not parameters.of  # another method's maps come one by one

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        return averaged_gradients(task, task.parameters, task.parameters)

    def samples(self, parameters: FusionGradParameters, shape: tuple[int, int, int]) -> int:
        return parameters.n * parameters.m * samples_each(parameters, shape)

    def is_signed(self, parameters: FusionGradParameters) -> bool:
        return parameters.average == "signed"

    def unit_of(self, parameters: FusionGradParameters) -> str:
        return unit_of(parameters, self.unit)

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or weights.why_not(capabilities)
