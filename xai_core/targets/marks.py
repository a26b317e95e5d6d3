"""What was seen of how a tensor of an output came about, kept with the tensor itself.

A mark lies on the very tensor that a model gave; a copy of it has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

ATTRIBUTE = "_pedestal_mark"
LINEAR = "linear"
ACTIVATIONS = {
    "softmax": "the softmax",
    "log-softmax": "the log-softmax",
    "sigmoid": "the sigmoid",
}


@dataclass(frozen=True)
class Mark:
    """How a tensor came about.

    Attributes:
        ends_in: the activation that gave it, or `linear` for a layer; empty where it was not seen.
        before: what went into the activation, laid out as the tensor. feeds: as `Entry.feeds`.
    """

    ends_in: str = ""
    before: Tensor | None = None
    feeds: bool = False


UNSEEN = Mark()


def mark(tensor: Tensor, found: Mark) -> None:
    """Keep a mark with a tensor."""
    setattr(tensor, ATTRIBUTE, found)


def mark_of(tensor: Tensor) -> Mark:
    """The mark that lies on a tensor; an empty one where none does."""
    found: Mark = getattr(tensor, ATTRIBUTE, UNSEEN)
    return found


def activation_of(ends_in: str) -> str:
    """The activation at the end whose input is the score; empty where there is none."""
    return ends_in if ends_in in ACTIVATIONS else ""


def told_before(chosen: object) -> str:
    """` before the softmax`, or nothing."""
    return f" before {ACTIVATIONS[chosen]}" if chosen in ACTIVATIONS else ""
