"""The finding codes of what is explained of an output, and what a code's meaning is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """meaning: what was established. action: what to do about it."""

    meaning: str
    action: str


OUTPUTS: Mapping[str, Meaning] = {
    "output-entry": Meaning(
        "The output is a tuple, list or mapping; one entry of it is explained.",
        "See that it is the entry that you mean; else name another (`--output`).",
    ),
    "doubtful-entry": Meaning(
        "The entry that is explained may be no class scores: its name, its shape or what it feeds "
        "speaks against it.",
        "Name the right one (`--output`), or explain an embedding by its similarity.",
    ),
    "final-activation": Meaning(
        "The model ends in a softmax or sigmoid; a class score is what goes into it.",
        "Nothing; to explain the probability itself choose it as the target.",
    ),
    "saturated-score": Meaning(
        "The score is a probability of nearly 1, whose gradient is mostly rounding.",
        "Explain the log-odds (`--target log-odds`), or what goes into the softmax or sigmoid.",
    ),
    "imprecise-gradient": Meaning(
        "The gradient is right, but the precision in which maps are made is not enough for it.",
        "Explain a score that is not saturated, such as the log-odds (`--target log-odds`).",
    ),
}
