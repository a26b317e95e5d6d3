"""How long a proof may take, and how one that ran out of time goes on."""

from __future__ import annotations

PROOF_SECONDS = 60.0  # of a verdict
CALL_SECONDS = 120.0  # of a step on the command line, at most without a sign of progress
MARGIN = CALL_SECONDS - PROOF_SECONDS  # a limit is looked at between passes; one may overrun it
MORE = 4.0  # times as long, when a proof goes on


def proof_seconds(call: float) -> float:
    """What a proof may take within a step of `call` seconds: the rest is for its last pass."""
    return max(call / 2, call - MARGIN)


def patience_of(call: float) -> float:
    """How many times the usual limits of loading go with a step of `call` seconds."""
    return call / CALL_SECONDS


def longer(proof: float) -> float:
    """Seconds for a step whose proof is to have more time than `proof`, and no less than usual."""
    return max(CALL_SECONDS, MORE * proof + MARGIN)


def go_on(call: float) -> str:
    """The hint of a finding `time-limit`; `call`: seconds for a step that is to go further."""
    return (
        f"Go on with more time: `--time-limit {call:.0f}` on the command line, "
        '"Go on proving" on the page. Or give it a smaller input.'
    )
