"""The verdict as one JSON object."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xai_core.types import Verdict

SCHEMA = 1


def to_json(verdict: Verdict) -> dict[str, Any]:
    """Schema 1; numbers that JSON does not know (infinite, not a number) become null."""
    plain = {
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
    return {key: _plain(value) for key, value in plain.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
