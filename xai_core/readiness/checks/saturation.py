"""What a score is worth that is a probability, and where the score behind it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.readiness.setting.score import Score

SATURATED = 1e-6  # distance of a probability from 0 or 1; a float32 below 1 ends 6e-8 before it
PROBABILITIES = ("logit", "probability")  # kinds whose score may be one
WORTH = (
    "The score is a probability of {p:.9g}, {left:.2g} away from {end}: its gradient is nearly "
    "zero, what is left of it is mostly rounding, and so is a map."
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
    distances = _distances(case, score, output)
    if distances is None:
        return
    p, rest = distances
    case.evidence["probability"] = p
    if min(p, rest) >= SATURATED:
        return
    end, left = (1, rest) if rest < p else (0, p)
    ends_in = case.ends_in
    seen = ends_in in ("softmax", "sigmoid")
    hint = HINT_SEEN.format(ends_in) if seen else HINT
    case.add("saturated-score", "warning", WORTH.format(p=p, left=left, end=end), hint)


def _distances(case: Case, score: Score, output: Tensor) -> tuple[float, float] | None:
    """How far the probability that is explained is from 0 and from 1; None where it is none."""
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
    if len(values) > 1 and abs(p + others - 1) < 1e-3:
        return p, others
    return (p, 1 - p) if p > 0 else None  # a plain 0 may be of a rectifier
