"""What a process may answer: declared before it is asked, held to before anything is allocated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TEXT = 2**20  # bytes of JSON: a few hundred findings, layers or methods
LONG_TEXT = 16 * 2**20  # with the names of 100,000 classes
SIGN_BYTES = 16  # JSON has at most one comma or bracket in so many bytes of `text`
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Most:
    """An axis that may be from 1 to `most` long."""

    most: int


@dataclass(frozen=True)
class Item:
    """One array of an answer. shape: each axis exactly, or at most. dtypes: names of its types."""

    shape: tuple[int | Most, ...]
    dtypes: tuple[str, ...] = ("float32",)

    def fits(self, dtype: np.dtype[Any], shape: Shape) -> bool:
        """Whether an array is what it says."""
        return (
            dtype.name in self.dtypes
            and len(shape) == len(self.shape)
            and all(
                1 <= got <= axis.most if isinstance(axis, Most) else got == axis
                for got, axis in zip(shape, self.shape, strict=True)
            )
        )

    @property
    def most_bytes(self) -> int:
        """Of the largest array that fits."""
        axes = [axis.most if isinstance(axis, Most) else axis for axis in self.shape]
        return math.prod(axes) * max(np.dtype(name).itemsize for name in self.dtypes)


@dataclass(frozen=True)
class Answer:
    """What may come as the answer to one call.

    Attributes:
        items: its arrays in order. fewest: how many of them must come; None: all.
        text: bytes of JSON. most_bytes: of all arrays together, where that is less than each
            could have.
    """

    items: tuple[Item, ...] = ()
    text: int = TEXT
    fewest: int | None = None
    most_bytes: float = field(default=math.inf)

    @property
    def body(self) -> int:
        """Bytes that its arrays may have."""
        return int(min(sum(item.most_bytes for item in self.items), self.most_bytes))

    @property
    def signs(self) -> int:
        """How many commas and brackets its JSON may have: each can become an object here."""
        return max(10_000, self.text // SIGN_BYTES // 2)

    def fits(self, layout: Sequence[tuple[np.dtype[Any], Shape]]) -> bool:
        """Whether these arrays are what was declared."""
        fewest = len(self.items) if self.fewest is None else self.fewest
        return fewest <= len(layout) <= len(self.items) and all(
            item.fits(*one) for item, one in zip(self.items, layout, strict=False)
        )


PLAIN = Answer()
"""JSON alone."""
