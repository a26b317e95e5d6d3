"""Which methods may run on the chosen model."""

from __future__ import annotations

from collections.abc import Mapping

from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.readiness.result import Availability, Verdict


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
