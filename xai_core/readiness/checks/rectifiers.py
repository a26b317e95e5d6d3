"""Rectifiers run, so that Guided Backprop and Deconvolution are defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import nn


@CHECKS.register
class Rectifiers(Check):
    """How many rectifier calls ran, and how many of them hooks on `nn.ReLU` would have missed."""

    name = "rectifiers"
    order = 22

    def run(self, case: Case) -> None:
        if case.predicts_only or not case.readable:
            return
        total = sum(case.rectifiers.values())
        hooked, guided = _guided(case)
        case.evidence["rectifiers"] = dict(case.rectifiers)
        case.evidence["rectifiers_guided"] = guided
        if not total:
            case.add(
                "no-rectifier",
                "info",
                "No rectifier (ReLU, ReLU6, …) runs, so Guided Backprop and Deconvolution are "
                "not defined.",
                "Choose Integrated Gradients, SmoothGrad or FusionGrad.",
            )
            return
        missed = max(total - hooked, 0)
        case.evidence["rectifiers_captum_skips"] = missed
        if missed or guided < total:
            case.add("rectifiers", "info", _told(total, guided, missed))


def _told(total: int, guided: int, missed: int) -> str:
    share = "all" if guided == total else f"{guided}"
    rest = "" if guided == total else " (the gradient does not pass through the others)"
    skipped = (
        f"; Captum, which hooks nn.ReLU layers only, would have skipped {missed} of them without a "
        "word"
    )
    start = f"{total} rectifier calls run and {share} are guided{rest}"
    return f"{start}{skipped if missed else ''}."


def _guided(case: Case) -> tuple[int, int]:
    """Calls of `nn.ReLU` layers, which is what Captum sees; calls that the gradient passes."""
    import torch
    from torch import nn

    from xai_core.attribution.forward import run
    from xai_core.attribution.passes.rectifiers import RectifierCount
    from xai_core.base.errors import ModelError
    from xai_core.readiness.setting.score import same_draws

    class Passed(RectifierCount):
        passed = 0

        def _rectify(self, function: Any, args: Any, kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self.passed += int(result.requires_grad)
            return result

    passed = Passed()
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    relus: list[nn.Module] = [m for m in case.module.modules() if isinstance(m, nn.ReLU)]
    handles = [relu.register_forward_hook(count) for relu in relus]
    try:
        leaf = case.inputs[0].detach().clone().requires_grad_(True)
        with torch.enable_grad(), same_draws(), passed:
            run(case.module, leaf)
    except ModelError:  # it runs without gradients only
        pass
    finally:
        for handle in handles:
            handle.remove()
    return calls, passed.passed
