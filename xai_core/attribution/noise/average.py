"""The map so far, while a noise method draws: its mean, and how sure that mean is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.noise.jackknife import Jackknife
from xai_core.attribution.noise.standard_error import RunningMean
from xai_core.base.progress import Preview

if TYPE_CHECKING:
    from torch import Tensor

COMPLEXITY_ERROR = "complexity_error"  # see `Jackknife.errors`


class Average:
    """Mean of gradients over all samples, and its standard error over independent draws.

    The errors are those of the map with its channels added up, as the default recipe shows it; of
    a variance those of its mean square.

    Args:
        like: inputs, `[1, C, H, W]`. kind: of what the mean is taken, as in `Averaged`.
        by_input: each input is a draw by itself, instead of all between two `end_draw`.

    Attributes:
        samples: how many were taken. draws: the map `[H, W]` of each draw.
    """

    def __init__(self, like: Tensor, kind: str, *, by_input: bool) -> None:
        self.samples = 0
        self.draws = RunningMean()
        self._groups = Jackknife()
        self._kind = kind
        self._by_input = by_input
        self._total = like.new_zeros(like.shape[1:]).double()
        self._signed = self._total.clone()  # sum of the gradients, for their variance
        self._draw, self._before = self._total.sum(0), 0  # sum over a draw, samples before it

    def add(self, gradients: Tensor) -> None:
        """Take a batch, `[B, C, H, W]`."""
        values = gradients.abs() if self._kind == "absolute" else gradients
        if self._kind in ("squared", "variance"):
            values = gradients.double().square()
            self._signed += gradients.sum(0, dtype=self._total.dtype)
        together = values.sum(0, dtype=self._total.dtype)
        self._total += together
        self.samples += len(values)
        if self._by_input:
            for one in values.sum(1, dtype=self._total.dtype):
                self._take(one)
        else:
            self._draw += together.sum(0)

    def end_draw(self) -> None:
        """The samples since the last call shared one draw of the weights."""
        if not self._by_input:
            self._take(self._draw / (self.samples - self._before))
            self._draw.zero_()
            self._before = self.samples

    def _take(self, draw: Tensor) -> None:
        self.draws.add(draw)
        self._groups.add(draw)

    @property
    def mean(self) -> Tensor:
        """`[C, H, W]` in double precision; of the variance E g² − (E g)²."""
        mean = self._total / self.samples
        if self._kind == "variance":
            return (mean - (self._signed / self.samples).square()).clamp_min(0)
        return mean

    @property
    def facts(self) -> dict[str, Any]:
        """How many samples were taken; of map and Complexity the errors, where there are some."""
        found = {
            "standard_error": self.draws.relative_error,
            COMPLEXITY_ERROR: self._groups.errors,
        }
        known = {name: error for name, error in found.items() if error is not None}
        return {"samples": self.samples, **known}

    def preview(self) -> Preview:
        """The map so far, channels added up."""
        values = self.mean.sum(0).float().cpu().numpy()
        return Preview(np.asarray(values), self.draws.relative_error)
