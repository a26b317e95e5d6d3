"""There are floating-point parameters for methods that put noise on weights."""

from __future__ import annotations

from xai_core.readiness.checks.base import CHECKS, Case, Check


@CHECKS.register
class Parameters(Check):
    """Counts the elements of floating-point parameters."""

    name = "parameters"
    order = 24
    basic = True

    def run(self, case: Case) -> None:
        if case.predicts_only:
            return
        count = sum(p.numel() for p in case.module.parameters() if p.is_floating_point())
        case.evidence["float_parameters"] = count
        if not count:
            case.add(
                "no-float-parameters",
                "warning",
                "The model has no floating-point parameters (frozen or quantised), so noise on "
                "weights (NoiseGrad, FusionGrad) is not defined.",
                "Load the model before it was frozen or quantised.",
            )
