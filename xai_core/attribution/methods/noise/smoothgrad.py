"""SmoothGrad: the gradient, averaged over noisy copies of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xai_core.attribution.methods.base import METHODS, SLOPE, Method, RawMap, Task
from xai_core.attribution.noise.around import samples_each, unit_of
from xai_core.attribution.noise.gradients import averaged_gradients
from xai_core.attribution.noise.parameters import DRAWS_HELP, INPUT_STD_HELP, Averaged, InputNoise
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class SmoothGradParameters(Averaged, InputNoise):
    """Of SmoothGrad: the paper's 50 samples, and noise of 10 % of an ImageNet input's range."""

    m: int = parameter(50, DRAWS_HELP.format("copies of the input"), minimum=1, maximum=500)
    sg_std: float = parameter(0.5, INPUT_STD_HELP, minimum=0.0, maximum=5.0, step=0.05)


@METHODS.register
class SmoothGrad(Method):
    """(1/m) Σⱼ E(x + ξⱼ), `[1, C, H, W]`; see `noise.py`.

    Smilkov et al. 2017, arXiv 1706.03825. Departures: the noise is given as a deviation instead of
    a share of each picture's own range, and |gradient| is averaged unless `average="signed"`.
    """

    name = "smoothgrad"
    title = "SmoothGrad"
    order = 40
    signed = False
    unit = SLOPE
    summary = "The gradient, averaged over noisy copies of the picture: less speckle."
    citation = "Smilkov et al., 2017, arXiv 1706.03825"
    Parameters = SmoothGradParameters

    def attribute(self, task: Task) -> RawMap:
        return self.attribute_each(task)[0]

    def takes_several(self, parameters: Any) -> bool:
        return not parameters.of  # another method's maps come one by one

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        return averaged_gradients(task, None, task.parameters)

    def samples(self, parameters: SmoothGradParameters, shape: tuple[int, int, int]) -> int:
        return parameters.m * samples_each(parameters, shape)

    def is_signed(self, parameters: SmoothGradParameters) -> bool:
        return parameters.average == "signed"

    def unit_of(self, parameters: SmoothGradParameters) -> str:
        return unit_of(parameters, self.unit)
