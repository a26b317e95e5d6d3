"""The format carries gradients at all."""

from __future__ import annotations

from xai_core.readiness.checks.base import CHECKS, Case, Check


@CHECKS.register
class FormatCarriesGradients(Check):
    """A file that only predicts is told so at once."""

    name = "format"
    order = 5
    basic = True

    def run(self, case: Case) -> None:
        if case.predicts_only and not case.unfinished:
            case.symptom = "inference-format"
            case.add(
                "inference-format",
                "error",
                "The format holds a graph for inference only: there is no gradient to take.",
                "Load the original PyTorch or Keras model; with this file only Occlusion works.",
            )
