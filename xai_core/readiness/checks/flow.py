"""Gradient flow: the norm of the gradient at every layer, in the order in which layers run."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import XaiError
from xai_core.base.memory import kept_for_backward
from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor, nn


@CHECKS.register
class GradientFlow(Check):
    """Where the gradient vanishes, explodes or stops: null is where it does not arrive.

    Behind a cut the gradient is taken up again, so that the layers there are seen, too. And how
    much memory such a pass keeps.
    """

    name = "flow"
    order = 60

    def run(self, case: Case) -> None:
        if case.predicts_only or case.score is None:
            return

        for resumed in (True, False):  # a gradient taken up again can be in the way of `.numpy()`
            with suppress(RuntimeError, XaiError):  # a backward that fails has a finding already
                kept = kept_for_backward(case.module, partial(_note, case, resumed))
                if case.gradient is not None:
                    case.evidence["memory_per_sample"] = kept
                return


def _note(case: Case, resumed: bool) -> None:
    case.evidence["gradient_flow"] = _flow(case, resumed)


def _flow(case: Case, resumed: bool) -> list[dict[str, Any]]:
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm

    picture = case.at if case.at is not None else case.inputs[0]
    rows: list[dict[str, Any]] = []
    # Not the parameters: their gradients would cost time, and oneDNN's can end the process.
    start = torch.zeros((), requires_grad=resumed)
    handles = [
        child.register_forward_hook(_watch(name, rows, start))
        for name, child in case.module.named_modules()
        if name and not isinstance(child, torch.jit.ScriptModule)
    ]
    leaf = picture.detach().clone().requires_grad_(True)
    first: dict[str, Any] = {"layer": "input", "kind": "Input", "norm": None}
    try:
        with torch.enable_grad():
            if case.score is None:
                return []
            value = sound_batch_norm(case.score.of(case.module, leaf))
    finally:
        for handle in handles:
            handle.remove()
    if value.requires_grad:
        sources = [leaf, start] if resumed else [leaf]
        found = torch.autograd.grad(value, sources, allow_unused=True)[0]
        first["norm"] = None if found is None else _norm(found)
    return [first, *rows]


def _watch(name: str, rows: list[dict[str, Any]], start: Tensor) -> Any:
    def hook(layer: nn.Module, _: Any, output: Any) -> Any:
        from torch.utils._pytree import tree_map

        from xai_core.readiness.tracing.cuts import tensors

        row: dict[str, Any] = {"layer": name, "kind": type(layer).__name__, "norm": None}
        rows.append(row)
        tracked = next((t for t in tensors(output) if t.requires_grad), None)
        if tracked is None:
            output = tree_map(lambda value: _tracked(value, start), output)
            tracked = next((t for t in tensors(output) if t.requires_grad), None)
        if tracked is not None:
            tracked.register_hook(_record(row))  # type: ignore[no-untyped-call]
        return output

    return hook


def _tracked(value: Any, start: Tensor) -> Any:
    """The same value, with a gradient from here on."""
    import torch

    return value + start if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def _record(row: dict[str, Any]) -> Any:
    def record(gradient: Tensor | None) -> None:  # None from a custom backward
        if gradient is not None:
            row["norm"] = _norm(gradient)

    return record


def _norm(gradient: Tensor) -> float:
    return float(gradient.detach().double().norm())
