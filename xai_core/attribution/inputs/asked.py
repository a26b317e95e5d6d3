"""What is asked of a model of several inputs, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs
from xai_core.base.parameters import build
from xai_core.base.progress import Progress
from xai_core.base.target import AskedOfEach

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import LoadedModel

HOW = ("batch_size", "pace", "progress")  # of `explain`, and not of a method


@dataclass(frozen=True)
class AskedOfInputs:
    """Attributes:
    pictures: `[B, C, H, W]` by name. others: inputs that stay, by name. more: parameters of the
        method, and how the model is run. baselines: other pictures of each input, by name.
    """

    model: LoadedModel | nn.Module
    pictures: Mapping[str, Inputs]
    others: Mapping[str, np.ndarray]
    target: AskedOfEach
    method: str
    seed: int
    more: Mapping[str, Any] = field(default_factory=dict)
    baselines: Mapping[str, Inputs] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, Any]:
        """Of the method."""
        return {name: value for name, value in self.more.items() if name not in HOW}

    @property
    def settings(self) -> Any:
        """They, checked. Raises `InputError`."""
        return build(METHODS[self.method].Parameters, self.parameters)

    def telling(self, progress: Progress | None) -> AskedOfInputs:
        """The same, told to another one."""
        return replace(self, more={**self.more, "progress": progress})

    def with_parameters(self, **given: Any) -> AskedOfInputs:
        """The same with these parameters."""
        return replace(self, more={**self.more, **given})
