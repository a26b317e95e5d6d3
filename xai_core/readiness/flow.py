"""Gradient flow: the norm of the gradient at every layer, in the order in which layers run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.errors import XaiError
from xai_core.readiness.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from torch import Tensor, nn


@CHECKS.register
class GradientFlow(Check):
    """Where the gradient vanishes, explodes or stops: null is where it does not arrive.

    Parameters require gradients meanwhile, so that layers behind a cut are seen, too.
    """

    name = "flow"
    order = 60

    def run(self, case: Case) -> None:
        import torch

        if case.predicts_only or case.score is None:
            return
        parameters = list(case.module.parameters())
        try:
            for parameter in parameters:
                if parameter.is_floating_point():
                    parameter.requires_grad_(True)
            case.evidence["gradient_flow"] = _flow(case)
        except (RuntimeError, XaiError):  # a backward that fails has a finding already
            return
        finally:
            with torch.no_grad():
                for parameter in parameters:
                    parameter.requires_grad_(False)


def _flow(case: Case) -> list[dict[str, Any]]:
    import torch

    from xai_core.methods.batch_norm import sound_batch_norm

    picture = case.at if case.at is not None else case.inputs[0]
    rows: list[dict[str, Any]] = []
    handles = [
        child.register_forward_hook(_watch(name, rows))
        for name, child in case.module.named_modules()
        if name and not isinstance(child, torch.jit.ScriptModule)
    ]
    leaf = picture.detach().clone().requires_grad_(True)
    first: dict[str, Any] = {"layer": "input", "kind": "Input", "norm": None}
    try:
        with torch.enable_grad(), sound_batch_norm():
            if case.score is None:
                return []
            value = case.score.of(case.module, leaf)
    finally:
        for handle in handles:
            handle.remove()
    if value.requires_grad:
        sources = [leaf, *(p for p in case.module.parameters() if p.requires_grad)]
        found = torch.autograd.grad(value, sources, allow_unused=True)[0]
        first["norm"] = None if found is None else _norm(found)
    return [first, *rows]


def _watch(name: str, rows: list[dict[str, Any]]) -> Any:
    def hook(layer: nn.Module, _: Any, output: Any) -> None:
        from xai_core.readiness.tracing.cuts import tensors

        row: dict[str, Any] = {"layer": name, "kind": type(layer).__name__, "norm": None}
        rows.append(row)
        tensor = next((t for t in tensors(output) if t.requires_grad), None)
        if tensor is not None:
            tensor.register_hook(_record(row))  # type: ignore[no-untyped-call]

    return hook


def _record(row: dict[str, Any]) -> Any:
    def record(gradient: Tensor | None) -> None:  # None from a custom backward
        if gradient is not None:
            row["norm"] = _norm(gradient)

    return record


def _norm(gradient: Tensor) -> float:
    return float(gradient.detach().double().norm())
