"""What is said where time ran out: how far the proof came, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.finding import Finding
from xai_core.base.patience import go_on, longer
from xai_core.readiness.verdict.level import UNFINISHED

if TYPE_CHECKING:
    from xai_core.readiness.checks.base import Case


def out_of_time(case: Case, name: str) -> Finding:
    """`time-limit`: an error where the gradient is neither proven nor refuted, else a warning."""
    settled = case.proven or case.explained or case.unfinished or case.symptom is not None
    hint = go_on(longer(case.clock.limit))
    message = f"The limit of {case.clock.limit:g} s passed in the check {name!r}"
    if settled:
        return Finding(UNFINISHED, "warning", f"{message}.", hint)
    told = [f"{message}, before the gradient was proven."]
    norm = case.evidence.get("input_gradient_norm")
    if norm is not None:
        told.append(f"The gradient reaches the input (norm {norm:.3g}).")
    told.append(_progress(proof_so_far(case)))
    return Finding(UNFINISHED, "error", " ".join(told), hint)


def proof_so_far(case: Case) -> dict[str, int]:
    """Groups of directions that were held against finite differences, and that agreed."""
    agreed = sum(one is True for one in case.tried.values())
    return {"groups_tried": len(case.tried), "groups_agreed": agreed}


def _progress(proof: dict[str, int]) -> str:
    if not proof["groups_tried"]:
        return "No finite difference was measured yet."
    agreed, tried = proof["groups_agreed"], proof["groups_tried"]
    return f"Finite differences agree along {agreed} of {tried} groups of directions so far."
