"""The readiness verdict as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from xai_core.base.finding import Finding, by_reason

Level = Literal["ready", "input-gradients", "unproven", "inference-only", "rejected"]


@dataclass(frozen=True)
class Availability:
    """Whether a method can be started on a model, and the reason where it cannot."""

    available: bool
    reason: str | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether a model file can be explained with gradients, and why.

    Attributes:
        file: base name of the file. sha256: of its bytes.
        evidence: figures behind the level (norms, cosines, counts), JSON-serialisable.
        methods: availability by method name.
        member: what was opened in a package; empty where the file is a model itself.
    """

    file: str
    sha256: str
    format: str
    level: Level
    summary: str
    findings: tuple[Finding, ...] = ()
    input_shape: tuple[int, ...] | None = None
    output_shape: tuple[int, ...] | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    methods: Mapping[str, Availability] = field(default_factory=dict)
    member: str = ""

    @property
    def refusals(self) -> dict[str, tuple[str, ...]]:
        """Methods that are not available, by the reason that they share."""
        lacking = {name: one for name, one in self.methods.items() if not one.available}
        return by_reason({name: one.reason or "Not available." for name, one in lacking.items()})

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_verdict

        return of_verdict(self)
