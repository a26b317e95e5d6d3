"""The verdict as one JSON object."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xai_core.base.finding import Finding
from xai_core.readiness.result import Availability, Verdict

SCHEMA = 1


def to_json(verdict: Verdict) -> dict[str, Any]:
    """Schema 1; numbers that JSON does not know (infinite, not a number) become null."""
    told = {
        "schema": SCHEMA,
        "file": verdict.file,
        "sha256": verdict.sha256,
        "format": verdict.format,
        "level": verdict.level,
        "summary": verdict.summary,
        "input_shape": verdict.input_shape,
        "output_shape": verdict.output_shape,
        "findings": [asdict(finding) for finding in verdict.findings],
        "evidence": verdict.evidence,
        "methods": {name: asdict(method) for name, method in verdict.methods.items()},
    }
    if verdict.member:
        told["member"] = verdict.member
    return {key: plain(value) for key, value in told.items()}


def from_json(told: Mapping[str, Any]) -> Verdict:
    """What `to_json` wrote; what became null stays so. Raises what a wrong form raises."""
    names = ("file", "sha256", "format", "level", "summary", "evidence")
    given: dict[str, Any] = {name: told[name] for name in names}
    for name in ("input_shape", "output_shape"):
        given[name] = None if told[name] is None else tuple(told[name])
    return Verdict(
        **given,
        findings=tuple(Finding(**one) for one in told["findings"]),
        methods={name: Availability(**one) for name, one in told["methods"].items()},
        member=str(told.get("member", "")),
    )


def plain(value: Any) -> Any:
    """Numbers that JSON does not know as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
