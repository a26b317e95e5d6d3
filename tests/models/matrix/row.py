"""One file of the matrix: who writes it, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.target import Target
from xai_core.models.formats.base import LoadOptions
from xai_core.readiness.result import Level

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Truth:
    """What the original gives, before it was written to a file.

    Attributes:
        inputs: float32 `[1, C, H, W]`.
        output: `[1, classes]`, by the original or by the source runtime.
        target: class whose score is differentiated; a `Target` where that is what a softmax gives.
        gradient: `[1, C, H, W]` by the original's own autograd; None where there is none.
    """

    inputs: Array
    output: Array
    target: int | Target
    gradient: Array | None


@dataclass(frozen=True)
class Row:
    """A file, and what is expected of it.

    Attributes:
        title: what the file is, for the table.
        format: name that the bytes must be recognised as.
        level: that the verdict must have.
        write: writes the file where it is told, and says what the original gives; None where
            nothing is left to compare.
        options: how it is loaded. code: a finding that has to be there.
        heavy: it takes long, and is opened in `make soak` alone.
    """

    title: str
    format: str
    level: Level
    write: Callable[[Path], Truth | None]
    options: Callable[[Path], LoadOptions] = lambda _: LoadOptions()
    code: str | None = None
    heavy: bool = False


def trusted(_: Path) -> LoadOptions:
    """With trust."""
    return LoadOptions(trust=True)
