"""The score of a picture with a window of it covered, for many windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xai_core.attribution.methods.base import Task
from xai_core.base.errors import XaiError

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.patches.patched import Patched

Window = tuple[slice, slice]
NOTHING: Window = (slice(0, 0), slice(0, 0))
WORTH = 8  # windows from which it pays to look whether passes can be spared in part
MORE = 4  # times as many pictures at once, where no layer keeps anything and most are run in part
TOLERANCE = 1e-4  # of the largest score: rounding is 1e-6


class Covered:
    """One picture with windows of it covered.

    Only what a window changes goes through a model that looks at neighbouring places
    (`patches.patched_pass`), where the first scores are the same as those of whole passes.

    Args:
        fill: what covers the pixels, `[C, H, W]`.
    """

    def __init__(self, task: Task, fill: Tensor) -> None:
        from xai_core.attribution.patches.patched_pass import PatchedPass

        self._task, self._fill = task, fill
        self._pass: PatchedPass | None = PatchedPass()

    def drops(self, windows: Sequence[Window]) -> Iterator[tuple[Window, Tensor]]:
        """Each window, rows and columns, and how much less the score is with it covered, `[]`.

        Call it without gradients.
        """
        size = self._task.batch_size
        few = [windows[0], windows[len(windows) // 2]][:size] if len(windows) >= WORTH else []
        clean, *expected = scores = self._whole([NOTHING, *few])
        limit = TOLERANCE * float(scores.abs().max())
        if not few or not self._gives(few, expected, limit):
            self._pass = None
        left = list(windows)
        while left:
            many = left[: size * MORE if size > 1 else 1]
            found = self._in_part(many)
            if found is None:
                many = left[:size]
                found = self._whole(many)
            for window, score in zip(many, found, strict=True):
                yield window, clean - score
            del left[: len(many)]

    def _gives(self, few: Sequence[Window], expected: Sequence[Tensor], limit: float) -> bool:
        """Whether passes in part are that close to those scores, and spare anything."""
        found = self._in_part(few)
        if found is None or self._pass is None or not self._pass.spares:
            return False
        pairs = zip(found, expected, strict=True)
        return all(bool((mine - its).abs() <= limit) for mine, its in pairs)

    def _in_part(self, windows: Sequence[Window]) -> Tensor | None:
        """The scores, by passes of what the windows change; None where that fails."""
        if self._pass is None:
            return None
        try:
            scores = self._pass.run(self._task.scorer, self._patched(windows))
        except XaiError:
            raise
        except Exception:  # a layer that does not take what stands in for its input
            scores = None
        if scores is None or not bool(scores.isfinite().all()):
            self._pass = None
            return None
        return scores

    def _patched(self, windows: Sequence[Window]) -> Patched:
        """The pictures as rectangles of one size; at the borders a window may be smaller."""
        import torch

        from xai_core.attribution.patches.patched import Patched

        height, width = (
            max(side.stop - side.start for side in sides) for sides in zip(*windows, strict=True)
        )
        corners = [(rows.stop - height, columns.stop - width) for rows, columns in windows]
        patches = []
        for (rows, columns), (top, left) in zip(windows, corners, strict=True):
            patch = self._task.inputs[0, :, top : rows.stop, left : columns.stop].clone()
            patch[:, rows.start - top :, columns.start - left :] = self._fill[:, rows, columns]
            patches.append(patch)
        return Patched(self._task.inputs, torch.stack(patches), corners)

    def _whole(self, windows: Sequence[Window]) -> Tensor:
        """The scores, by passes of whole pictures."""
        import torch

        size = self._task.batch_size
        batches = [windows[start : start + size] for start in range(0, len(windows), size)]
        return torch.cat([self._task.scorer(self._pictures(batch)) for batch in batches])

    def _pictures(self, windows: Sequence[Window]) -> Tensor:
        pictures = self._task.inputs.repeat(len(windows), 1, 1, 1)
        for picture, (rows, columns) in zip(pictures, windows, strict=True):
            picture[:, rows, columns] = self._fill[:, rows, columns]
        return pictures
