"""The gradient exists: it reaches the input, is finite, and not zero on every input."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.readiness.setting.score import Score

CLASSES = 5  # other classes that are asked before a gradient counts as zero


@CHECKS.register
class Gradient(Check):
    """Norm, share of values that are not zero, and spread over a few inputs.

    There is no absolute threshold: a sound network may have gradients of 1e-10.
    """

    name = "gradient"
    order = 30
    basic = True

    def run(self, case: Case) -> None:
        if case.predicts_only or case.score is None or not case.finite:
            return
        norms: list[float | None] = []
        states: list[str | None] = []
        for picture, output in zip(case.inputs, case.outputs, strict=True):
            if case.gradient is not None:  # nothing is concluded from a single input without one
                case.clock.look()
            state, norm = _look(case, picture, output)
            states.append(state)
            norms.append(norm)
        case.evidence["input_gradient_norms"] = norms
        _conclude(case, states)


def _look(case: Case, picture: Tensor, output: Tensor) -> tuple[str | None, float | None]:
    """What is wrong with the gradient at one input (None: nothing), and its norm."""
    from xai_core.readiness.setting.score import gradient

    state: str | None = "zero-gradient"
    for score in _scores(case, output):
        try:
            with case.timed("seconds_per_sample"):
                _, found = gradient(case.module, score, picture)
        except ModelError as error:  # it ran without gradients
            case.evidence["forward_with_gradient_error"] = str(error.__cause__ or error)
            return "no-gradient", None
        except RuntimeError as error:
            case.evidence["backward_error"] = str(error).splitlines()[0].split(" Hint:")[0]
            return "no-gradient", None
        state = _state(found)
        if state is None and found is not None:
            if case.gradient is None:
                case.gradient, case.at, case.score = found, picture, score
                _measured(case, found)
            return None, float(found.double().norm())
        if state != "zero-gradient":
            return state, None
    return state, 0.0


def _scores(case: Case, output: Tensor) -> list[Score]:
    """The target's score at this input, then the next likely classes' where none was asked for."""
    from xai_core.readiness.setting.score import Score
    from xai_core.targets import score_matrix

    asked = case.score or Score("", None)
    if asked.fixed is not None or asked.target is None or isinstance(case.target, int):
        return [asked]
    scores = score_matrix(output, 1)
    likely = scores[0].topk(min(CLASSES, scores.shape[1])).indices.tolist()
    return [replace(asked, target=index) for index in likely]


def _state(found: Tensor | None) -> str | None:
    if found is None:
        return "no-gradient"
    if not bool(found.isfinite().all()):
        return "non-finite-gradient"
    return None if bool(found.any()) else "zero-gradient"


def _measured(case: Case, found: Tensor) -> None:
    case.evidence |= {
        "input_gradient_norm": float(found.double().norm()),
        "nonzero_fraction": float((found != 0).double().mean()),
    }


def _conclude(case: Case, states: list[str | None]) -> None:
    bad = [state for state in states if state is not None]
    if len(bad) < len(states):
        if bad:
            case.add(
                bad[0],
                "warning",
                f"On {len(bad)} of {len(states)} inputs the gradient is "
                f"{WORDS[bad[0]]}; on the others it is sound.",
                "A map of such an input is empty or fails; that is no fault of the method.",
            )
        return
    case.symptom = "non-finite-gradient" if "non-finite-gradient" in bad else bad[0]
    case.evidence.setdefault("input_gradient_norm", 0.0 if bad[0] == "zero-gradient" else None)
    message, hint = SYMPTOMS[case.symptom]
    if error := case.evidence.get("forward_with_gradient_error"):
        message = f"It runs only while gradients are off; with them it fails: {error}"
    elif error := case.evidence.get("backward_error"):
        message = f"The backward pass fails: {error}"
        hint = REENTRANT if "use_reentrant" in error else "Change the operation that torch names."
    case.add(case.symptom, "error", message, hint)


REENTRANT = "Call checkpoint(..., use_reentrant=False)."
WORDS = {
    "no-gradient": "absent",
    "zero-gradient": "zero everywhere",
    "non-finite-gradient": "not finite",
}
SYMPTOMS = {
    "no-gradient": (
        "The gradient of the score does not reach the input.",
        "Keep every step from input to score in torch, with gradients on.",
    ),
    "zero-gradient": (
        "The gradient of the score is zero everywhere, on every input that was tried.",
        "Look for rounding, thresholds, saturated or dead units between input and score.",
    ),
    "non-finite-gradient": (
        "The gradient of the score has infinite or undefined values.",
        "Look for a square root, norm, logarithm or division at zero; add a small constant there.",
    ),
}
