"""What an architecture is: a network that saved weights can be put into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from xai_core.base.registry import Registry
from xai_core.pictures.preprocessing import InputSpec

if TYPE_CHECKING:
    from torch import nn

Shapes = Mapping[str, tuple[int, ...]]
"""Name of a tensor in a state dict to its shape."""


class Architecture(ABC):
    """One architecture. It is found by itself when names and shapes of all tensors fit.

    Attributes:
        classes: number of classes that it was published with.
        head: name of the last layer's weight; its first size is the number of classes.
        input_spec: how pictures are turned into inputs.
        labels_assumed: its labels are a guess from the number of classes, and said to be.
    """

    name: str
    title: str
    classes: int = 1000
    head: str = ""
    input_spec: InputSpec = InputSpec()
    labels_assumed: bool = False
    order: int = 100

    @abstractmethod
    def build(self, num_classes: int) -> nn.Module:
        """The network, with random weights.

        Raises:
            ModelError: `missing-code`, the package that defines it is not installed.
        """

    def labels(self, num_classes: int) -> tuple[str, ...] | None:
        """Class names, where the number of classes tells which they are."""
        return None


ARCHITECTURES: Registry[Architecture] = Registry("xai_core.models.architectures", "architecture")
