"""Architectures that torchvision and timm define, built without their published weights."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.architectures.base import Architecture
from xai_core.models.vision_libraries import vision_library
from xai_core.models.weights.index.entry import Entry
from xai_core.targets.imagenet import imagenet_labels

if TYPE_CHECKING:
    from torch import nn

COLOURS = 3


class LibraryArchitecture(Architecture):
    """An entry of the index, for pictures of so many channels."""

    labels_assumed = True

    def __init__(self, entry: Entry, channels: int = COLOURS) -> None:
        self.entry = entry
        self.channels = channels
        self.name = self.title = entry.name
        self.input_spec = entry.picture.spec(channels)

    def build(self, num_classes: int) -> nn.Module:
        """As the contract says."""
        import torch

        # Libraries print and warn of their own; and the caller's random numbers stay his.
        with (
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
            torch.random.fork_rng(devices=[]),
        ):
            warnings.simplefilter("ignore")
            return construct(self.entry, num_classes, self.channels)

    def labels(self, num_classes: int) -> tuple[str, ...] | None:
        """ImageNet's, for 1000 classes of a classifier of colour pictures."""
        usual = self.entry.imagenet and (num_classes, self.channels) == (self.classes, COLOURS)
        return imagenet_labels() if usual else None


def construct(entry: Entry, num_classes: int, channels: int) -> nn.Module:
    """The network, with random weights; nothing is downloaded.

    Raises:
        ModelError: `missing-code`, its library is not installed or no longer builds it.
    """
    options = {"num_classes": num_classes, **entry.options}
    try:
        if entry.library == "timm":
            timm = vision_library("timm")
            return timm.create_model(entry.model, pretrained=False, in_chans=channels, **options)
        models = vision_library("torchvision.models")
        network: nn.Module = models.get_model_builder(entry.model)(weights=None, **options)
    except (ValueError, TypeError, AssertionError) as cause:
        raise ModelError(
            f"{entry.library} does not build {entry.model} with {options}: {cause}",
            f"Install the version of {entry.library} that requirements.txt names.",
            code="missing-code",
        ) from cause
    if channels != COLOURS:
        _replace_first_convolution(network, channels)
    return network


def first_convolution(network: nn.Module) -> str | None:
    """Name of the first plain convolution over three colours, where there is one."""
    from torch import nn

    for name, layer in network.named_modules():
        if type(layer) is nn.Conv2d and layer.in_channels == COLOURS and layer.groups == 1:
            return name
    return None


def _replace_first_convolution(network: nn.Module, channels: int) -> None:
    # torchvision's builders know three colours only; teams put another first layer in.
    from torch import nn

    name = first_convolution(network)
    if name is None:
        raise TypeError(f"no first convolution for {channels} channels")
    old: Any = network.get_submodule(name)
    new = nn.Conv2d(
        channels,
        old.out_channels,
        old.kernel_size,
        stride=old.stride,
        padding=old.padding,
        dilation=old.dilation,
        bias=old.bias is not None,
        padding_mode=old.padding_mode,
    )
    network.set_submodule(name, new)
