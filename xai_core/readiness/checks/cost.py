"""What one sample costs: seconds of a forward and a backward pass."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from xai_core.base.errors import XaiError
from xai_core.readiness.checks.base import CHECKS, Case, Check

REPEATS, ENOUGH = 3, 1.0  # runs, and the seconds after which fewer do


@CHECKS.register
class Cost(Check):
    """Median of a few runs on this machine as it is now; one sample at a time.

    Those that the checks before it made count, too.
    """

    name = "cost"
    order = 70
    basic = True

    def run(self, case: Case) -> None:
        import torch

        from xai_core.readiness.setting.score import gradient

        if case.score is None:
            return
        score, picture = case.score, case.at if case.at is not None else case.inputs[0]

        def forward() -> None:
            with torch.no_grad():
                score.of(case.module, picture)

        _time(case, "seconds_per_forward", forward)
        if case.gradient is None:
            return
        try:
            _time(case, "seconds_per_sample", lambda: gradient(case.module, score, picture))
        except (RuntimeError, XaiError):
            return


def _time(case: Case, name: str, action: Callable[[], object]) -> None:
    taken = case.seconds.setdefault(name, [])
    while len(taken) < REPEATS and sum(taken) < ENOUGH and (case.clock.left > 0 or not taken):
        with case.timed(name):
            action()
    case.evidence[name] = statistics.median(taken)
