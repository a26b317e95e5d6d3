"""What one sample costs: seconds and memory of a forward and a backward pass."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING

from xai_core.errors import XaiError
from xai_core.readiness.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor

REPEATS, ENOUGH = 3, 1.0  # runs, and the seconds after which fewer do


@CHECKS.register
class Cost(Check):
    """Median of a few runs on this machine as it is now; one sample at a time.

    Those that the checks before it made count, too.
    """

    name = "cost"
    order = 70

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
            case.evidence["memory_per_sample"] = _memory(case, picture)
        except (RuntimeError, XaiError):
            return


def _time(case: Case, name: str, action: Callable[[], object]) -> None:
    taken = case.seconds.setdefault(name, [])
    while len(taken) < REPEATS and sum(taken) < ENOUGH and (case.clock.left > 0 or not taken):
        with case.timed(name):
            action()
    case.evidence[name] = statistics.median(taken)


def _memory(case: Case, picture: Tensor) -> int:
    """Bytes that a forward pass keeps for the backward pass, weights not counted."""
    import torch

    from xai_core.readiness.setting.score import gradient

    weights = {p.untyped_storage().data_ptr() for p in case.module.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    if case.score is not None:
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            gradient(case.module, case.score, picture)
    return sum(kept.values())
