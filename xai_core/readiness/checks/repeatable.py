"""Two runs on the same input agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

TOLERANCE = 1e-4  # of the largest score: sums on a GPU are not exactly repeatable


@CHECKS.register
class Repeatable(Check):
    """Runs with different random draws, as two users' runs would have."""

    name = "repeatable"
    order = 15

    def run(self, case: Case) -> None:
        import torch

        from xai_core.attribution.forward import run
        from xai_core.readiness.setting.score import same_draws
        from xai_core.targets.outputs import entry_at

        if case.score is None or not case.finite:
            return
        with torch.no_grad(), same_draws(1):  # the forward check's are those of 0
            tensor = entry_at(run(case.module, case.inputs[0]), case.score.path)
        spread = _spread(case.outputs[0].double(), tensor.double())
        case.evidence["repeat_difference"] = spread
        rounding = float(torch.finfo(tensor.dtype).eps)
        if spread > max(TOLERANCE, 10 * rounding):
            case.add(
                "random-output",
                "error",
                f"Two runs on the same input differ by {spread:.2g} of the largest score, although "
                "the model is in eval mode: no single map explains a random score.",
                "Look for dropout or noise that ignores eval mode: "
                "F.dropout(x, p, training=self.training).",
            )


def _spread(one: Tensor, two: Tensor) -> float:
    """Largest difference, over the largest number; masked scores may be infinite in both."""
    if one.shape != two.shape or not one.isfinite().equal(two.isfinite()):
        return 1.0
    one, two = one[one.isfinite()], two[two.isfinite()]
    size = max(float(one.abs().max()), float(two.abs().max())) if one.numel() else 0.0
    return float((one - two).abs().max()) / size if size else 0.0
