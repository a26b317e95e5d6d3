"""DeepLIFT-SHAP: DeepLIFT, averaged over several baselines."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.attribution.hiding.baselines import (
    START_HELP,
    STARTS,
    STARTS_HELP,
    OneBaseline,
    Start,
    pictures_parameter,
)
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.methods.relevance.deep_lift import DeepLift
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class DeepLiftShapParameters(OneBaseline):
    """Of DeepLIFT-SHAP."""

    start: Start = parameter("noise", START_HELP, choices=STARTS)
    starts: int = parameter(10, STARTS_HELP, minimum=1, maximum=200)
    baseline_pictures: str = pictures_parameter()


@METHODS.register
class DeepLiftShap(DeepLift):
    """The mean of DeepLIFT over baselines, `[1, C, H, W]`, with its standard error.

    Lundberg & Lee 2017, arXiv 1705.07874, section 4.2: approximate Shapley values, whose sum is the
    score less the baselines' mean score. Departure: unless pictures are given, as the paper takes
    them of the training set, baselines are noise of the inputs' range; the map says so.
    """

    name = "deep-lift-shap"
    title = "DeepLIFT-SHAP"
    order = 73
    summary = "DeepLIFT from several baselines, so that no single one decides what counts."
    citation = "Lundberg & Lee, 2017, arXiv 1705.07874"
    Parameters = DeepLiftShapParameters
