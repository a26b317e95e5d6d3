"""How far a map averaged over random draws still is from where more draws would lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

FEWEST = 3  # draws; a spread over two says little


class RunningMean:
    """Mean of independent maps `[H, W]`, and its standard error, in one pass (Welford 1962).

    The *relative* standard error is r = ‖SE‖₂ / ‖mean‖₂, both over all pixels. It tells the cosine
    between this mean and the one that more and more draws approach: with mean = μ + ε and ε
    independent of μ, E‖ε‖² = ‖SE‖² and ‖mean‖² ≈ ‖μ‖² + ‖SE‖², so

        cos(mean, μ) ≈ ‖μ‖ / ‖mean‖ ≈ √(1 − r²),

    which is 0.99 at r = 0.14. (With the error relative to μ it is 1 / √(1 + r²).)
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean: Tensor
        self._squares: Tensor  # summed squares of the distances to the mean

    def add(self, one: Tensor) -> None:
        """Take one more independent map."""
        self.count += 1
        if self.count == 1:
            self.mean, self._squares = one.clone(), one * 0
            return
        before = one - self.mean
        self.mean += before / self.count
        self._squares += before * (one - self.mean)

    @property
    def relative_error(self) -> float | None:
        """r ≥ 0; None before two draws, and for a mean that is zero."""
        if self.count < 2:
            return None
        norm = float(self.mean.square().sum()) ** 0.5
        variance = float(self._squares.sum()) / (self.count - 1)
        return (variance / self.count) ** 0.5 / norm if norm > 0 else None

    def within(self, tolerance: float) -> bool:
        """Whether enough draws have brought the relative standard error to `tolerance`."""
        error = self.relative_error
        return self.count >= FEWEST and error is not None and error <= tolerance
