"""The weights have learned something."""

from __future__ import annotations

import math

from xai_core.readiness.checks.base import CHECKS, Case, Check

EVEN = 0.95  # of the entropy of equal probabilities


@CHECKS.register
class Untrained(Check):
    """Tells weights that are spread as an initialiser draws them; it changes no level."""

    name = "untrained"
    order = 26

    def run(self, case: Case) -> None:
        from xai_core.readiness.numerics.initial_weights import look_untrained

        if case.predicts_only or not look_untrained(case.module):
            return
        entropy = _entropy(case)
        told = ""
        if entropy is not None:
            case.evidence["prediction_entropy"] = entropy
            told = ", and its classes come out almost equally probable" if entropy > EVEN else ""
        case.add(
            "untrained",
            "warning",
            f"The weights look untrained: they are spread as an initialiser draws them{told}.",
            "Load the trained weights. Of an untrained model every map shows edges and chance.",
        )


def _entropy(case: Case) -> float | None:
    """Of the prediction, over that of equal probabilities; None where there are no classes."""
    from xai_core.targets.outputs import are_probabilities

    if case.evidence.get("output_kind") != "classes" or not case.finite or not case.outputs:
        return None
    scores = case.outputs[0].detach().double()
    if scores.ndim < 2 or not len(scores):  # a detector's, one of each box
        return None
    scores = scores.flatten(1)[:1]
    if scores.shape[1] < 2:
        return None
    values = scores.float().cpu().numpy()
    shares = scores if are_probabilities(values, case.ends_in) else scores.softmax(1)
    logs = shares.clamp(min=1e-300).log()
    return float(-(shares * logs).sum()) / math.log(scores.shape[1])
