"""A pace: with which batch size, memory layout and threads a model is run.

Maps differ by rounding only, but differ: so a pace is given to `explain`, which never measures by
itself, and kept with the map. Autocast rounds more coarsely: a person chooses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xai_core.base.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

MANY = 8  # samples of a method from which a pace pays
MOST_THREADS = 1024
LAYOUTS = ("plain", "channels-last")
AUTOCAST = "autocast"  # in the text of a pace that has it


@dataclass(frozen=True)
class Pace:
    """What `explain` runs a model with.

    Attributes:
        batch_size: samples at once, at most. channels_last: the layout `[B, H, W, C]` in memory.
        threads: of torch on the CPU; 0 leaves them alone. autocast: passes in bfloat16.

    Raises:
        InputError: a number is out of range.
    """

    batch_size: int = 16
    channels_last: bool = False
    threads: int = 0
    autocast: bool = False

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise InputError(f"batch_size must be at least 1, not {self.batch_size}.")
        if not 0 <= self.threads <= MOST_THREADS:
            raise InputError(f"threads must be 0 to {MOST_THREADS}, not {self.threads}.")

    def __str__(self) -> str:
        plain = f"{self.batch_size},{LAYOUTS[self.channels_last]},{self.threads}"
        return f"{plain},{AUTOCAST}" if self.autocast else plain

    @staticmethod
    def of_text(text: str) -> Pace:
        """What `str` gave, `4,channels-last,0` or `4,plain,0,autocast`. Raises `InputError`."""
        plain = text.removesuffix(f",{AUTOCAST}")
        try:
            batch_size, layout, threads = plain.split(",")
            index = LAYOUTS.index(layout)
            return Pace(int(batch_size), bool(index), int(threads), autocast=plain != text)
        except ValueError as cause:
            raise InputError(
                f"A pace is BATCH,LAYOUT,THREADS[,{AUTOCAST}], not {text!r}.",
                f"The plain one is {Pace()}.",
            ) from cause

    def suited_to(self, samples: int, *, gradients: bool = True) -> Pace:
        """Itself; the plain one for a method of few samples, which would gain nothing.

        Args:
            gradients: that is what the method takes of them. One that compares scores keeps
                float32: their small differences are what bfloat16 rounds away.
        """
        if samples < MANY:
            return Pace()
        return self if gradients else replace(self, autocast=False)

    def laid_out(self, inputs: Tensor) -> Tensor:
        """Inputs `[B, C, H, W]` in this layout."""
        import torch

        if not self.channels_last:
            return inputs
        return inputs.contiguous(memory_format=torch.channels_last)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """That many threads for the time of the block."""
        import torch

        before = torch.get_num_threads()
        try:
            if self.threads:
                torch.set_num_threads(self.threads)
            yield
        finally:
            if self.threads:
                torch.set_num_threads(before)
