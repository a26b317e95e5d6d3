"""Codes about the forward pass and its output."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes.meaning import Meaning

CODES: Mapping[str, Meaning] = {
    "forward-failed": Meaning(
        "The model does not run on the input, or its output is not understood.",
        "Give an input of the shape that it was trained on (`--input-shape`, `--image`).",
    ),
    "other-inputs": Meaning("More than the picture goes in.", "Fix the others (`--input`)."),
    "non-finite-output": Meaning(
        "The output has infinite or undefined values.",
        "Look for overflow, a logarithm or a division by zero, and for NaN weights.",
    ),
    "random-output": Meaning(
        "Two runs on the same input differ, although the model is in eval mode.",
        "Look for dropout or noise that ignores eval mode.",
    ),
    "untrained": Meaning(
        "The weights look untrained: they are spread as an initialiser draws them. It changes no "
        "level.",
        "Load the trained weights; of an untrained model a map shows edges and chance.",
    ),
    "output-entry": Meaning(
        "The output is a tuple, list or mapping; one entry of it is explained.",
        "See that it is the entry that you mean; else name another (`--output`).",
    ),
    "doubtful-entry": Meaning(
        "The entry that is explained may be no class scores: its name, its shape or what it feeds "
        "speaks against it.",
        "Name the right one (`--output`), or explain an embedding by its similarity.",
    ),
    "no-detection": Meaning(
        "A detector finds nothing on the picture; its best candidate was assessed instead.",
        "Give a picture with an object that it knows (`--image`).",
    ),
    "final-activation": Meaning(
        "The model ends in a softmax or sigmoid; a class score is what goes into it.",
        "Nothing; to explain the probability itself choose it as the target.",
    ),
    "saturated-score": Meaning(
        "The score is a probability of nearly 1, whose gradient is mostly rounding.",
        "Explain the log-odds (`--target log-odds`), or what goes into the softmax or sigmoid.",
    ),
}
