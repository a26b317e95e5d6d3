"""Which methods may run on the chosen model."""

from __future__ import annotations

from collections.abc import Mapping

from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.readiness.result import Availability, Verdict

CAUTION = (
    "The gradient is there, but it is not proven yet: a map may explain something else than the "
    "model's score. The model page lets the proof go on."
)
HELD = "Nothing is explained by the gradient of a conversion before it is verified."


def caution(verdict: Verdict | None) -> str | None:
    """What goes with maps of a model that is not proven yet; None for any other."""
    if verdict is None or verdict.level != "unproven":
        return None
    by_gradient = (one for name, one in verdict.methods.items() if METHODS[name].needs_gradient)
    return CAUTION if any(one.available for one in by_gradient) else HELD


def known(space: Workspace) -> Mapping[str, Availability]:
    """Which methods may run on the chosen model, where that has been checked already."""
    found = space.verdicts.get(space.source)
    if found is None:
        return {}
    if space.source in space.anyway or not mismatched(found):
        return found.methods
    reason = "Its gradient does not agree with its output. The model page has the proof."
    return {
        name: Availability(False, reason) if METHODS[name].needs_gradient else one
        for name, one in found.methods.items()
    }


def mismatched(verdict: Verdict) -> bool:
    """Whether the gradient was seen to disagree with finite differences."""
    return any(finding.code == "gradient-mismatch" for finding in verdict.findings)
