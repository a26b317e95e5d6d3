"""One file as a team hands it over, and what opening it without a flag has to give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from xai_core.models.formats.base import LoadOptions
from xai_core.readiness.result import Level


@dataclass(frozen=True)
class Handed:
    """What lies on the disk, and the network that it was written from.

    Attributes:
        path: the file or folder that is opened.
        net: in evaluation mode; None where there is nothing to compare.
        scores: of what `net` gives, the class scores `[B, K]`.
        proposed: for each step after the first try, the options that its message proposes.
    """

    path: Path
    net: nn.Module | None = None
    scores: Callable[[Any], Tensor] = lambda output: output
    proposed: tuple[LoadOptions, ...] = ()


@dataclass(frozen=True)
class Case:
    """A kind of file.

    Attributes:
        family: whose files they are; a row of the table in the documentation.
        title: which file it is.
        write: writes it into an empty folder.
        level: verdict after the last step; `rejected` where no model can come of it.
        says: a part of the message or of the findings, for each step that is not right yet.
        heavy: it takes long, and is opened in `make soak` alone.
    """

    family: str
    title: str
    write: Callable[[Path], Handed]
    level: Level = "ready"
    says: tuple[str, ...] = field(default=())
    heavy: bool = False

    @property
    def steps(self) -> int:
        """How many tries after the first; 0 is right without any flag."""
        return len(self.says)
