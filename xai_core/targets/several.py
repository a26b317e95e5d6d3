"""The scores of several pictures in one batch, each its own target's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.target import Explained
from xai_core.targets.marks import Mark, mark, mark_of
from xai_core.targets.nested import DEEPEST, PLAIN, attributes
from xai_core.targets.resolution import FixedScore

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Scores:
    """As `FixedScore`, of a batch whose rows are of different pictures: `each` has one a row."""

    each: tuple[FixedScore, ...]

    @property
    def explained(self) -> Explained:
        """What is explained of the first."""
        return self.each[0].explained

    @property
    def before(self) -> str:
        """The activation whose input it is, of all rows alike."""
        return self.each[0].before

    def on(self, rows: Sequence[int]) -> Scores:
        """Of a batch whose rows are of these pictures."""
        return Scores(tuple(self.each[row] for row in rows))

    def __call__(self, output: Any, batch: int) -> Tensor:
        """`[B]` scores out of an output. Raises `ModelError` for a batch of another length."""
        import torch

        if batch != len(self.each):
            raise ModelError(f"There are {len(self.each)} targets for a batch of {batch}.")
        keys = [_key(one) for one in self.each]
        known: dict[str, Tensor] = {}
        for key, one in zip(keys, self.each, strict=True):
            if key not in known:
                known[key] = one(output, batch)
        if len(known) == 1:
            return known[keys[0]]
        return torch.stack([known[key][row] for row, key in enumerate(keys)])


def of_picture(output: Any, row: int, batch: int, depth: int = 0) -> Any:
    """One picture's part of a batch's output, as a batch of one, with its marks.

    Raises:
        ModelError: an entry is not one of each picture.
    """
    import torch

    if isinstance(output, torch.Tensor):
        return _row(output, row, batch)
    if depth > DEEPEST or isinstance(output, PLAIN):
        return output
    below = (row, batch, depth + 1)
    if hasattr(output, "keys"):
        return {key: of_picture(output[key], *below) for key in output.keys()}  # noqa: SIM118
    if isinstance(output, list | tuple) and not hasattr(output, "_fields"):
        return [of_picture(one, *below) for one in output]
    return SimpleNamespace(
        **{name: of_picture(one, *below) for name, one in attributes(output).items()}
    )


def _row(tensor: Tensor, row: int, batch: int) -> Tensor:
    if tensor.ndim == 0 or tensor.shape[0] != batch:
        raise ModelError(
            f"The model gives {list(tensor.shape)} for {batch} pictures: not one of each.",
            code="forward-failed",
        )
    seen, part = mark_of(tensor), tensor[row : row + 1]
    before = None if seen.before is None else seen.before[row : row + 1]
    mark(part, Mark(seen.ends_in, before, seen.feeds))
    return part


def _key(one: FixedScore) -> str:
    told = (one.explained.target.to_dict(), dict(one.explained.chosen))
    return json.dumps(told, sort_keys=True, default=str)
