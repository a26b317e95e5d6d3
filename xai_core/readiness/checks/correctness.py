"""The gradient is right: it agrees with finite differences of the score."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.readiness.numerics.bench import Bench
    from xai_core.readiness.numerics.differences import Trial

TOLERANCE, TOLERANCE_SINGLE = 0.02, 0.2
VOTES = 2  # points that must disagree: at a single one the input may sit on a kink
JITTER = 1e-3
PRECISE = 0.95  # cosine of the model's own gradient with that in double precision


@CHECKS.register
class Correctness(Check):
    """Directional derivatives against central differences, in double precision where possible.

    Measured beside the input, not on it: flat areas of a picture put ReLU and max pooling exactly
    on their kinks, where there is no derivative.
    """

    name = "correctness"
    order = 40

    def run(self, case: Case) -> None:
        if case.gradient is None or case.at is None or case.score is None:
            return
        from xai_core.readiness.numerics.bench import bench_of

        bench = bench_of(case.module, case.score, _beside(case.at))
        tolerance = TOLERANCE if bench.double else TOLERANCE_SINGLE
        case.evidence["finite_difference_precision"] = "double" if bench.double else "single"
        points = [case.at, *(x for x in case.inputs if x is not case.at)]
        verdicts: list[bool | None] = []
        for index, picture in enumerate(points):
            found, right = _try(case, bench, picture, tolerance)
            verdicts.append(right)
            if right is not False or index == 0:
                _note(case, found)
            if verdicts.count(True) > verdicts.count(False) or verdicts.count(False) == VOTES:
                break
        _conclude(case, verdicts)
        if case.proven and bench.double:
            _precision(case, bench)


def _try(
    case: Case, bench: Bench, picture: Tensor, tolerance: float
) -> tuple[list[Trial], bool | None]:
    """Trials at one point, and whether they agree; None where they cannot tell."""
    from xai_core.readiness.numerics.differences import trials
    from xai_core.readiness.numerics.held import regions_held

    at, score = _beside(picture).to(bench.dtype), case.score
    if score is None:
        return [], None
    found = bench.slope(score, at)
    if found is None or not bool(found.isfinite().all()):
        return [], None
    measure = partial(bench.measure, score)
    tried: list[Trial] = []
    try:
        case.clock.look()
        with regions_held(bench.module, lambda: measure(at)):
            trials(measure, at, measure(at), found, bench.precision, tolerance, case.clock, tried)
    finally:
        case.tried = {trial.group: trial.agrees for trial in tried}
    apart = [trial for trial in tried if trial.agrees is False]
    if apart:
        wrong = max(apart, key=lambda trial: trial.error or 0.0)
        case.suspect = (bench.module, at, wrong.directions[wrong.worst], wrong.step)
        case.missing = wrong.measured[wrong.worst] - wrong.claimed[wrong.worst]
        return tried, False
    judged = {trial.group for trial in tried if trial.error is not None}
    return tried, True if judged & {"gradient", "weighted"} and bool(found.any()) else None


def _beside(picture: Tensor) -> Tensor:
    import torch

    generator = torch.Generator().manual_seed(2)
    noise = torch.randn(picture.shape, generator=generator).to(picture.device)
    return picture + JITTER * picture.std(unbiased=False).clamp_min(1.0) * noise


def _note(case: Case, tried: list[Trial]) -> None:
    from xai_core.readiness.numerics.differences import cosine

    errors = {trial.group: trial.error for trial in tried}
    known = [error for error in errors.values() if error is not None]
    case.evidence |= {
        "finite_difference_cosine": cosine(tried),
        "finite_difference_error": max(known) if known else None,
        "finite_difference_errors": errors,
        "finite_difference_tolerance": max(trial.allowed for trial in tried) if tried else None,
    }


def _precision(case: Case, bench: Bench) -> None:
    """Whether the model's own precision, in which maps are made, is enough for the gradient."""
    from xai_core.readiness.setting.score import gradient

    if case.at is None or case.score is None:
        return
    at = _beside(case.at)
    exact, found = bench.slope(case.score, at.to(bench.dtype)), None
    with suppress(RuntimeError, ModelError):
        found = gradient(case.module, case.score, at)[1]
    if exact is None or found is None:
        return
    sizes = float(exact.norm()) * float(found.double().norm())
    alike = float((exact * found).sum()) / sizes if sizes > 0 else 0.0
    case.evidence["map_precision_cosine"] = alike
    if not alike >= PRECISE:
        case.add(
            "imprecise-gradient",
            "warning",
            f"The gradient is right in double precision, but {_name(at)} is not enough for it: in "
            f"that precision, in which maps are made, its cosine with it is {alike:.2f}.",
            "Explain a score that is not saturated: log-odds in place of a probability "
            "(`--target log-odds`).",
        )


def _name(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _conclude(case: Case, verdicts: list[bool | None]) -> None:
    right, wrong = verdicts.count(True), verdicts.count(False)
    if right > wrong:
        case.proven = True
        case.suspect = None
        return
    case.symptom = "gradient-mismatch"
    if not wrong:
        case.add(
            "gradient-mismatch",
            "error",
            "The gradient could not be proven: rounding drowns the finite differences.",
            "Compare the maps with Occlusion, or load the model in a higher precision.",
        )
        return
    error, cosine = (case.evidence[f"finite_difference_{name}"] for name in ("error", "cosine"))
    told = f"Relative error {error:.2g}" + (f", cosine {cosine:.3g}." if cosine else ".")
    case.add(
        "gradient-mismatch",
        "error",
        f"The gradient is there but wrong: finite differences of the score disagree. {told}",
        "Look for a detached branch or a custom backward. If it is meant to be so, explain anyway.",
    )
