"""One way to a network that weights may be put into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.architectures.base import Architecture, Shapes
from xai_core.models.weights.state_dicts import StateDict

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Builder:
    """One way to a network.

    Attributes:
        architecture: None for the user's own code. num_classes: what it is built for.
        wanted: names and shapes of its tensors, where they are known without building it.
        findings: why it was chosen.
        state: the tensors by the network's own names, where the file has them under others.
        refusal: why it cannot be built, where it is nearly known; raised where nothing else fits.
        finish: what is done to the network once it has its weights.
    """

    title: str
    build: Callable[[], nn.Module]
    architecture: Architecture | None = None
    num_classes: int = 0
    wanted: Shapes | None = None
    findings: tuple[Finding, ...] = ()
    state: StateDict | None = None
    refusal: ModelError | None = None
    finish: Callable[[nn.Module], None] | None = None
