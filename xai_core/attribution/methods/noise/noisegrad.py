"""NoiseGrad: the gradient, averaged over noisy copies of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.attribution.noise import weights
from xai_core.attribution.noise.around import samples_each, unit_of
from xai_core.attribution.noise.gradients import averaged_gradients
from xai_core.attribution.noise.parameters import DRAWS_HELP, Averaged, InputNoise, WeightNoise
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class NoiseGradParameters(Averaged, WeightNoise):
    """Of NoiseGrad: the reference's 25 draws."""

    n: int = parameter(25, DRAWS_HELP.format("copies of the weights"), minimum=1, maximum=500)


@METHODS.register
class NoiseGrad(Method):
    """(1/n) Σᵢ E(x; Wᵢ), `[1, C, H, W]`; see `noise.py`. Bykov et al. 2022, arXiv 2106.10185."""

    name = "noisegrad"
    title = "NoiseGrad"
    order = 30
    signed = False
    unit = SLOPE
    summary = "The gradient, averaged over models whose weights are a little off."
    citation = "Bykov et al., 2022, arXiv 2106.10185"
    Parameters = NoiseGradParameters

    def attribute(self, task: Task) -> RawMap:
        return self.attribute_each(task)[0]

    def takes_several(self, parameters: Any) -> bool:
        return not parameters.of  # another method's maps come one by one

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        return averaged_gradients(task, task.parameters, InputNoise(m=1, sg_std=0.0))

    def samples(self, parameters: NoiseGradParameters, shape: tuple[int, int, int]) -> int:
        return parameters.n * samples_each(parameters, shape)

    def is_signed(self, parameters: NoiseGradParameters) -> bool:
        return parameters.average == "signed"

    def unit_of(self, parameters: NoiseGradParameters) -> str:
        return unit_of(parameters, self.unit)

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or weights.why_not(capabilities)
