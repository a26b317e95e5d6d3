"""A conversion, or its proof, that ran out of time: nothing is refuted, and it can go on."""

from __future__ import annotations

from xai_core.base.finding import Finding, Severity
from xai_core.base.patience import CALL_SECONDS, MORE, go_on

CODE = "time-limit"


def out_of_time(why: str, patience: float, severity: Severity = "error") -> Finding:
    """`time-limit`; `why` names what took too long."""
    return Finding(CODE, severity, why, go_on(CALL_SECONDS * MORE * max(1.0, patience)))
