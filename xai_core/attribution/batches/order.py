"""What is asked of several pictures, and what comes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xai_core.attribution.autocast import suited
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.passes.folding import WORTH
from xai_core.attribution.result import Attribution
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.base.target import Asked


@dataclass(frozen=True)
class Refused:
    """A method gave no map of a picture. target: class that was to be explained."""

    target: int | None
    cause: str


Found: TypeAlias = Mapping[str, Attribution | Refused]
"""What the methods gave for one picture, by name."""


@dataclass(frozen=True)
class Order:
    """Several methods on pictures of one size.

    Attributes:
        given: parameters by method. settings: the same, complete. samples: of one picture.
    """

    given: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    samples: Mapping[str, int]
    target: Asked
    seed: int
    pace: Pace

    @staticmethod
    def of(
        methods: Mapping[str, Mapping[str, Any]],
        shape: tuple[int, int, int],
        target: Asked = None,
        seed: int = 0,
        pace: Pace | None = None,
    ) -> Order:
        """shape: `(C, H, W)`. Raises `InputError` for a wrong parameter or seed."""
        if seed < 0:
            raise InputError(f"The seed must be 0 or above, not {seed}.")
        settings = {name: build(METHODS[name].Parameters, one) for name, one in methods.items()}
        samples = {name: METHODS[name].samples(one, shape) for name, one in settings.items()}
        return Order(methods, settings, samples, target, seed, pace or Pace())

    def takes_several(self, name: str) -> bool:
        """Whether a method is given several pictures at once."""
        return METHODS[name].takes_several(self.settings[name]) and not self.pace_of(name).autocast

    def shares(self, name: str) -> bool:
        """Whether a method takes what it needs from the pass of the pictures as they are."""
        return METHODS[name].takes_several(self.settings[name]) and self.samples[name] < WORTH

    def pace_of(self, name: str) -> Pace:
        """How the model is run for a method alone."""
        return suited(self.pace, name, self.samples[name], self.given[name])

    @property
    def gradients(self) -> bool:
        """Whether any method takes one."""
        return any(METHODS[name].needs_gradient for name in self.settings)

    @property
    def graph(self) -> bool:
        """Whether any takes it from the pass of the pictures as they are."""
        return any(METHODS[name].needs_gradient and self.shares(name) for name in self.settings)

    def layers(self, proposed: str) -> set[str]:
        """The layers that class activation maps are made of."""
        asked = [getattr(self.settings[n], "layer", None) for n in self.settings if self.shares(n)]
        return {name or proposed for name in asked if name is not None}


class Tally:
    """The samples of several methods on several pictures, as one progress."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self._total, self._progress = 0, total, progress

    def __call__(self, done: int, total: int) -> None:
        """So many of the part that runs are through. Raises `Cancelled` to stop the work."""
        if self._progress is not None:
            self._progress(min(self.done + done, self._total), self._total)

    def over(self, samples: int) -> None:
        """A part of so many is over."""
        self.done += samples
        self(0, 0)
