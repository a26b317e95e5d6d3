"""Guided Grad-CAM: Guided Backprop's detail inside Grad-CAM's regions."""

from __future__ import annotations

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.layers.class_activation import CamParameters
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task
from xai_core.attribution.methods.cam.grad_cam import GradCam
from xai_core.attribution.methods.gradient.guided_backprop import GuidedBackprop


@METHODS.register
class GuidedGradCam(Method):
    """Guided Backprop × upsampled Grad-CAM, `[1, C, H, W]`, signed.

    Selvaraju et al. 2017, arXiv 1610.02391. Both factors are those of their own methods here.
    """

    name = "guided-grad-cam"
    title = "Guided Grad-CAM"
    order = 100
    signed = True
    several_inputs = "layer"
    summary = "Guided Backprop's sharp edges, kept where Grad-CAM sees the class."
    citation = "Selvaraju et al., 2017, arXiv 1610.02391"
    Parameters = CamParameters

    def attribute(self, task: Task) -> RawMap:
        guided = GuidedBackprop().attribute(task).values
        cam = GradCam().attribute(task)
        return RawMap(guided * cam.values, chosen=cam.chosen)

    def takes_several(self, parameters: CamParameters) -> bool:
        return True

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        guided = GuidedBackprop().attribute(task).values
        cams = GradCam().attribute_each(task)
        return tuple(
            RawMap(guided[row : row + 1] * cam.values, chosen=cam.chosen)
            for row, cam in enumerate(cams)
        )

    def samples(self, parameters: CamParameters, shape: tuple[int, int, int]) -> int:
        return 1 + GradCam().samples(parameters, shape)

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        parts = (GuidedBackprop(), GradCam())
        reasons = (part.unavailable_because(capabilities) for part in parts)
        return next((reason for reason in reasons if reason), None)
