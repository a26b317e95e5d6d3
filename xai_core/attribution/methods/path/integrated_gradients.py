"""Integrated Gradients: the gradient, averaged on the way from a baseline to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from xai_core.attribution.completeness import told_sums
from xai_core.attribution.hiding.baselines import FromBaseline, baselines, count_of
from xai_core.attribution.methods.base import METHODS, SHARE, SLOPE, Method, RawMap, Task
from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter

RULES = {
    "gauss-legendre": "gausslegendre",
    "left": "riemann_left",
    "right": "riemann_right",
    "middle": "riemann_middle",
    "trapezoid": "riemann_trapezoid",
}
"""What Captum calls them."""


@dataclass(frozen=True)
class _Steps:
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


@dataclass(frozen=True)
class IntegratedGradientsParameters(FromBaseline, _Steps):
    """Of Integrated Gradients."""

    rule: Literal["gauss-legendre", "left", "right", "middle", "trapezoid"] = parameter(
        "gauss-legendre",
        "Where on the way the gradients are taken and how they are weighed.",
        choices=tuple(RULES),
        added=True,
    )
    times_input: bool = parameter(
        True,
        "Multiply by the way from the baseline; without it the mean gradient is shown, which adds "
        "up to nothing.",
        added=True,
    )


@METHODS.register
class IntegratedGradients(Method):
    """(x − x₀) · ∫ d score / d x along the straight line from x₀, `[1, C, H, W]`, signed.

    Sundararajan et al. 2017, arXiv 1703.01365; Gauss-Legendre quadrature by Captum. The values add
    up to the difference of the scores, up to an error that is told with the map. The weights of
    `trapezoid` are Captum's, which add up to (n − 1) / n for n steps. Departure: unless
    asked for otherwise the baseline is a constant in the model's input space, where the paper takes
    a black picture; several baselines of noise are averaged.
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
        _check(task.parameters)
        from captum.attr import IntegratedGradients as Captum

        def gradient(forward_fn: Any, inputs: Any, *_: Any, **__: Any) -> Any:
            return (task.scorer.gradient(inputs[0]),)

        parameters, total, start = task.parameters, 0 * task.inputs, 0.0
        captum = Captum(task.scorer, multiply_by_inputs=parameters.times_input)
        captum.gradient_func = gradient  # one place for sound gradients and their errors
        import torch

        for baseline in baselines(task):
            total += captum.attribute(
                task.inputs,
                baselines=baseline,
                n_steps=parameters.n_steps,
                method=RULES[parameters.rule],
                internal_batch_size=task.batch_size,
            )
            with torch.no_grad():
                start += float(task.scorer(baseline).double().sum())
        values, count = total / count_of(parameters), count_of(parameters)
        with torch.no_grad():
            score = float(task.scorer(task.inputs).double().sum())
        told = told_sums(values, score, start / count) if parameters.times_input else {}
        return RawMap(values, chosen=told)

    def samples(self, parameters: IntegratedGradientsParameters, shape: tuple[int, ...]) -> int:
        # both ends, to tell whether the sum is right
        return (parameters.n_steps + 1) * count_of(parameters) + 1

    def unit_of(self, parameters: IntegratedGradientsParameters) -> str:
        return SHARE if parameters.times_input else SLOPE


def _check(parameters: IntegratedGradientsParameters) -> None:
    if parameters.n_steps < 2 and parameters.rule != "gauss-legendre":
        raise InputError(
            f"The rule {parameters.rule} takes at least 2 steps, not {parameters.n_steps}.",
            "Take more `n_steps`, or gauss-legendre.",
        )
