"""Integrated Gradients: the gradient, averaged on the way from a baseline to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.attribution.completeness import measured
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class IntegratedGradientsParameters:
    """Of Integrated Gradients."""

    n_steps: int = parameter(
        50,
        "Points on the way from the baseline to the picture; the paper advises 20 to 300.",
        minimum=1,
        maximum=1000,
        step=10,
    )
    baseline: float = parameter(
        0.0,
        "Value of every pixel of the baseline, after preprocessing; 0 is the mean colour.",
        minimum=-10.0,
        maximum=10.0,
        step=0.1,
    )


@METHODS.register
class IntegratedGradients(Method):
    """(x − x₀) · ∫ d score / d x along the straight line from x₀, `[1, C, H, W]`, signed.

    Sundararajan et al. 2017, arXiv 1703.01365; Gauss-Legendre quadrature by Captum. The values add
    up to the difference of the scores, up to an error that is told with the map. Departure: the
    baseline is a constant in the model's input space, where the paper takes a black picture.
    """

    name = "integrated-gradients"
    title = "Integrated Gradients"
    order = 50
    signed = True
    unit = SHARE
    summary = "What each pixel adds to the score on the way from an empty picture to this one."
    citation = "Sundararajan et al., 2017, arXiv 1703.01365"
    Parameters = IntegratedGradientsParameters

    def attribute(self, task: Task) -> RawMap:
        from captum.attr import IntegratedGradients as Captum

        def gradient(forward_fn: Any, inputs: Any, *_: Any, **__: Any) -> Any:
            return (task.scorer.gradient(inputs[0]),)

        captum = Captum(task.scorer)
        captum.gradient_func = gradient  # one place for sound gradients and their errors
        values = captum.attribute(
            task.inputs,
            baselines=task.parameters.baseline,
            n_steps=task.parameters.n_steps,
            internal_batch_size=task.batch_size,
        )
        import torch

        with torch.no_grad():
            ends = (task.scorer(one) for one in (task.inputs, _baseline(task)))
            return RawMap(values, chosen=measured(values, *ends))

    def samples(self, parameters: IntegratedGradientsParameters, shape: tuple[int, ...]) -> int:
        return parameters.n_steps + 2  # both ends, to tell whether the sum is right


def _baseline(task: Task) -> Tensor:
    import torch

    return torch.full_like(task.inputs, task.parameters.baseline)
