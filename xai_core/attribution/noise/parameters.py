"""The parameters that the noise methods share, named as in the reference of FusionGrad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xai_core.base.parameters import parameter

DRAWS_HELP = "Number of noisy {}; more is smoother and slower."
INPUT_STD_HELP = (
    "Deviation of the input noise, after preprocessing; usual is 10 to 20 % of the input's range, "
    "which spans about 5 after ImageNet normalisation."
)


@dataclass(frozen=True)
class WeightNoise:
    """`n` draws of the weights, each element with noise of N(mean, std²)."""

    n: int = parameter(10, DRAWS_HELP.format("copies of the weights"), minimum=1, maximum=500)
    mean: float = parameter(
        1.0,
        "Mean of the weight noise: 1 for multiplicative noise; set it to 0 for additive noise.",
        minimum=-2.0,
        maximum=2.0,
        step=0.05,
    )
    std: float = parameter(
        0.2,
        "Deviation of the weight noise; it is too much once the noisy model's top class changes.",
        minimum=0.0,
        maximum=2.0,
        step=0.01,
    )
    noise_type: Literal["multiplicative", "additive"] = parameter(
        "multiplicative",
        "Multiply every weight by noise, or add noise to it.",
        choices=("multiplicative", "additive"),
    )


@dataclass(frozen=True)
class InputNoise:
    """`m` draws of the input, each element with noise of N(sg_mean, sg_std²) added."""

    m: int = parameter(10, DRAWS_HELP.format("copies of the input"), minimum=1, maximum=500)
    sg_mean: float = parameter(
        0.0, "Mean of the input noise.", minimum=-2.0, maximum=2.0, step=0.05
    )
    sg_std: float = parameter(0.4, INPUT_STD_HELP, minimum=0.0, maximum=5.0, step=0.05)


@dataclass(frozen=True)
class Averaged:
    """What is averaged over the draws, and when that is enough."""

    average: Literal["absolute", "signed", "squared", "variance"] = parameter(
        "absolute",
        "Average the size of the gradients, as the reference does; the signed gradients, whose "
        "noise cancels out; their squares; or take their variance (VarGrad).",
        choices=("absolute", "signed", "squared", "variance"),
    )
    tolerance: float = parameter(
        0.0,
        "Stop early once the relative standard error of the map is this small; 0 takes all "
        "samples. At 0.215, FusionGrad with its defaults took 36 to 40 of 100 samples of the demo "
        "model, by photo; with channels added up, before removal, the map's cosine with all 100 "
        "was 0.99.",
        minimum=0.0,
        maximum=1.0,
        step=0.005,
    )
    of: str = parameter(
        "",
        "Name of the method whose maps are averaged, with its defaults, such as guided-backprop or "
        "grad-cam; empty for the gradient.",
        added=True,
    )
