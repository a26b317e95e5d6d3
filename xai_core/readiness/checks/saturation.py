"""What a score is worth that is a probability, and where the score behind it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.readiness.setting.score import Score

SATURATED = 1e-6  # distance of a probability from 1; in float32 the last step before 1 is 6e-8
PROBABILITIES = ("logit", "probability")  # kinds whose score may be one
WORTH = (
    "The score is a probability of {p:.9g}, only {left:.2g} away from 1: its gradient is a "
    "difference of nearly equal numbers, mostly rounding, and so is a map."
)
HINT = (
    "Explain the log-odds (`--target log-odds`), which are computed from the output in double "
    "precision; or load the model that ends before its softmax or sigmoid."
)
HINT_SEEN = "Explain the class score (`--target logit`): what goes into the {}."


@CHECKS.register
class Saturation(Check):
    """Tells which activation at the end is left out; where none is seen, whether it saturates."""

    name = "saturation"
    order = 15

    def run(self, case: Case) -> None:
        if case.score is None or not case.finite:
            return
        if case.score.before:
            _left_out(case, case.score)
        else:
            _saturated(case, case.score, case.outputs[0])


def _left_out(case: Case, score: Score) -> None:
    from xai_core.base.target import of_class
    from xai_core.targets.resolution import named

    if score.fixed is None:
        found = of_class(score.target, case.evidence["output_kind"], {"before": score.before})
        case.evidence["explained"] = named(found, case.names).sentence
    case.add(
        "final-activation",
        "info",
        f"The model ends in a {score.before}. Explained is {case.evidence['explained']}.",
        "To explain the probability itself choose it as the target (`--target probability`).",
    )


def _saturated(case: Case, score: Score, output: Tensor) -> None:
    found = _probability(case, score, output)
    if found is None:
        return
    p, left = found
    case.evidence["probability"] = p
    if left < SATURATED:
        seen = case.ends_in in ("softmax", "sigmoid")
        hint = HINT_SEEN.format(case.ends_in) if seen else HINT
        case.add("saturated-score", "warning", WORTH.format(p=p, left=left), hint)


def _probability(case: Case, score: Score, output: Tensor) -> tuple[float, float] | None:
    """The probability that is explained, and what it lacks to 1; None where it is none.

    Near 0 nothing is lost: there the gradient is p times that of its logarithm.
    """
    from xai_core.targets import score_matrix
    from xai_core.targets.outputs import are_probabilities

    kind = score.fixed.kind.name if score.fixed else PROBABILITIES[0]
    if kind not in PROBABILITIES or output.ndim > 2:
        return None
    matrix = score_matrix(output.detach().double(), 1)
    shares = are_probabilities(matrix.cpu().numpy(), case.ends_in)
    if not shares and kind == PROBABILITIES[0]:
        return None
    values = (matrix if shares else matrix.softmax(1))[0]
    index = score.target or 0
    p = float(values[index])
    others = float(values[:index].sum() + values[index + 1 :].sum())  # exact where 1 − p is not
    return p, others if len(values) > 1 and abs(p + others - 1) < 1e-3 else 1 - p
