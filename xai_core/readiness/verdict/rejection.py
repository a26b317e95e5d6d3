"""The verdict on a file that cannot be loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.readiness.result import Availability, Verdict
from xai_core.readiness.verdict.level import STARTS, UNFINISHED


def rejected(path: Path | str, error: XaiError) -> Verdict:
    """The error as its finding: `rejected`, or `unproven` where it was time that ran out.

    No method is available.
    """
    path, late = Path(path), error.code == UNFINISHED
    reason = "The model could not be loaded in time." if late else "The model cannot be loaded."
    start = STARTS["unproven" if late else "rejected"]
    return Verdict(
        file=path.name,
        sha256=_digest(path),
        format=str(error.facts.get("format", "unknown")),
        level="unproven" if late else "rejected",
        summary=f"{start}{error.message}",
        findings=(Finding(error.code, "error", error.message, error.hint),),
        methods={method.name: Availability(False, reason) for method in METHODS},
    )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # no such file: the finding says so already
        return ""
