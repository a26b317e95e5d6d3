"""What a control is: a map that owes nothing to what the model learned."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, Picture, Values
from xai_core.base.progress import Progress
from xai_core.base.registry import Registry
from xai_core.runs.explainer import Explainer


@dataclass(frozen=True)
class Case:
    """What a control is made of.

    Attributes:
        pixels: as the model saw them. inputs: `[1, C, H, W]` of the same picture.
        explained: the method's own map; None for a control of the picture alone.
    """

    pixels: Picture
    inputs: Inputs
    seed: int
    model: Explainer
    explained: Attribution | None = None
    progress: Progress | None = None
    cancel: threading.Event | None = None


class Control(ABC):
    """A map to compare methods with; it goes through the same recipe and metric as theirs.

    Attributes:
        each_method: made anew for every method; False where one serves a picture.
        summary: one sentence for somebody who has never heard of it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    each_method: ClassVar[bool] = False
    summary: ClassVar[str]
    citation: ClassVar[str]

    @abstractmethod
    def values(self, case: Case) -> Values:
        """Float32 `[1, C, H, W]` in input resolution, before any canonical step."""


CONTROLS: Registry[Control] = Registry("xai_core.runs.controls", "control")
