"""A run that comes together while it is computed."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.runs.run import Run


@dataclass
class Growing:
    """What a page draws of a computation; its thread puts in the maps.

    Attributes:
        methods: all that were asked for, in the order of the choice.
        run: as far as it is; before its target is known it has no map.
        kept: the computation ended early, and what was finished by then is on screen.
    """

    methods: tuple[str, ...]
    run: Run
    kept: bool = False

    def take(self, run: Run) -> None:
        """There is one more map, or the reason why there is none."""
        self.run = run

    @property
    def missing(self) -> list[str]:
        """What has neither a map nor a reason."""
        there = {**self.run.attributions, **self.run.failures}
        return [name for name in self.methods if name not in there]
