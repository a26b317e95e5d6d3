"""Whether scores are of the one picture that went in."""

from __future__ import annotations

from typing import Any

from xai_core.base.errors import ModelError


def check_one(output: Any) -> None:
    """Raises `ModelError` where an output has more or fewer rows of scores than the one picture.

    A `view(-1, 400)` makes several samples of a picture that is too large.
    """
    from xai_core.targets.outputs import main_output, score_matrix

    try:
        _, tensor = main_output(output)
    except ModelError:
        return  # no scores at all: that is told elsewhere
    if tensor.ndim > 1:
        score_matrix(tensor.detach(), 1)
