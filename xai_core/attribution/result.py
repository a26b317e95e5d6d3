"""The result of one attribution method, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xai_core.base.arrays import Values
from xai_core.base.pace import Pace
from xai_core.base.target import Explained, of_class


@dataclass(frozen=True)
class Attribution:
    """Raw attributions of one method, before any canonical step.

    Attributes:
        values: float32 `[B, C, H, W]` in input resolution; signed where the method is.
        parameters: the method's parameters as asked for. seed: of its random draws.
        chosen: what the method picked where a parameter left it open (the layer, the window), and
            how far it sampled (`samples`, `standard_error`, `complexity_error`), what autocast did
            to it (`autocast_cosine`, `autocast_difference`); a list where pictures differ. In a
            run also what the files of a baseline's pictures are called (`baseline_names`).
        target: the class that was explained, one entry a sample; None for the only score, or where
            it was no class.
        native_size: `(h, w)` at which the method sees; coarser than the input for CAM.
        seconds: wall time.
        explained: what was explained, one entry a sample; none in runs of an earlier version.
        pace: how the model was run; another one gives the same map up to rounding, and one with
            autocast up to what `chosen` says.
    """

    values: Values
    method: str
    parameters: Mapping[str, Any]
    seed: int
    target: tuple[int | None, ...]
    native_size: tuple[int, int]
    seconds: float
    signed: bool
    chosen: Mapping[str, Any] = field(default_factory=dict)
    explained: tuple[Explained, ...] = ()
    pace: Pace = field(default_factory=Pace)

    @property
    def targets(self) -> tuple[Explained, ...]:
        """What was explained, one entry a sample, whatever version wrote it."""
        return self.explained or tuple(map(of_class, self.target))

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_attribution

        return of_attribution(self)
