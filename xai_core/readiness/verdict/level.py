"""The level that findings amount to, and the one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xai_core.base.finding import Finding
from xai_core.readiness.result import Level

LOCATED = re.compile(r"^In \S+, `.*`: ")  # the line is named at the end instead
REJECTING = frozenset(
    {
        "forward-failed",
        "needs-trust",
        "unsafe-code",
        "missing-code",
        "missing-architecture",
        "missing-weights",
        "needs-tensorflow",
        "corrupt-file",
        "unknown-format",
        "memory-limit",
        "crashed",
    }
)


STARTS = {
    "rejected": "It cannot be used: ",
    "inference-only": "It only predicts: ",
    "unproven": "Not proven yet: ",
}
UNFINISHED = "time-limit"
HIDDEN = "layers-hidden"


def level_of(findings: Sequence[Finding]) -> Level:
    """`rejected`, `inference-only`, `unproven`, `input-gradients` or `ready`, by the errors alone.

    What ran out of time refutes nothing, and neither does a conversion whose proof did.
    """
    codes = {finding.code for finding in findings if finding.severity == "error"}
    if codes & REJECTING:
        return "rejected"
    late = UNFINISHED in codes
    if codes - {HIDDEN, UNFINISHED, *(["converted-unverified"] if late else [])}:
        return "inference-only"
    if late:
        return "unproven"
    return "input-gradients" if codes else "ready"


def summary_of(level: Level, findings: Sequence[Finding]) -> str:
    """One sentence for a person: what can be done, or what is in the way."""
    if level == "ready":
        return "It can be explained: the gradient of the score reaches the input and is right."
    if level == "input-gradients":
        return (
            "It can be explained at its input: the gradient is there and right, but inner layers "
            "cannot be relied on."
        )
    errors = [finding for finding in findings if finding.severity == "error"]
    decisive = {"rejected": REJECTING, "unproven": {UNFINISHED}}.get(level, set())
    cause = next((one for one in errors if one.code in decisive), errors[0])
    start = STARTS[level]
    sentence = LOCATED.sub("", cause.message).split(". ")[0].rstrip(".")
    place = f" ({cause.where})" if cause.where and cause.where not in sentence else ""
    name = any(letter.isupper() for letter in sentence.split(" ")[0][1:])  # "TensorFlow", "ONNX"
    return f"{start}{sentence if name else sentence[:1].lower() + sentence[1:]}{place}."
