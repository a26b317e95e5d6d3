"""The verdict on a file that cannot be loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.readiness.result import Availability, Verdict


def rejected(path: Path | str, error: XaiError) -> Verdict:
    """Level `rejected`, with the error as its finding; no method is available."""
    path, reason = Path(path), "The model cannot be loaded."
    return Verdict(
        file=path.name,
        sha256=_digest(path),
        format=str(error.facts.get("format", "unknown")),
        level="rejected",
        summary=f"It cannot be used: {error.message}",
        findings=(Finding(error.code, "error", error.message, error.hint),),
        methods={method.name: Availability(False, reason) for method in METHODS},
    )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # no such file: the finding says so already
        return ""
