"""Usual ways to give a picture's values to a model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec


@dataclass(frozen=True)
class Preset:
    """Mean and deviation of all channels alike, or of red, green and blue.

    Attributes:
        raw: the file's own values are taken, whatever their range.
    """

    name: str
    title: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    raw: bool = False

    def suits(self, channels: int) -> bool:
        """Whether it says something of so many channels: a mean of colours has 3, or 1 for grey."""
        return len(self.mean) == 1 or channels in (1, len(self.mean))

    def applied(self, spec: InputSpec) -> InputSpec:
        """`spec` with these values; its range stays, but where values were raw or become so.

        Raises:
            InputError: it does not suit the channels.
        """
        if not self.suits(spec.channels):
            raise InputError(
                f"{self.title} is of 1 or 3 channels; the model takes {spec.channels}.",
                f"Choose another: {', '.join(one.name for one in suitable(spec.channels))}.",
            )
        mean, std = (_spread(one, spec.channels) for one in (self.mean, self.std))
        if self.raw:
            return replace(spec, mean=mean, std=std, range="raw", low=None, high=None)
        kept = "type" if spec.range == "raw" else spec.range
        return replace(spec, mean=mean, std=std, range=kept)

    def describes(self, spec: InputSpec) -> bool:
        """Whether `spec` has these values already."""
        return self.suits(spec.channels) and self.applied(spec) == spec


PRESETS = {
    one.name: one
    for one in (
        Preset("imagenet", "ImageNet mean and std", InputSpec.mean, InputSpec.std),
        Preset("unit", "values in [0, 1]", (0.0,), (1.0,)),
        Preset("signed", "values in [−1, 1]", (0.5,), (0.5,)),
        Preset("raw-255", "raw values, 0 to 255", (0.0,), (1 / 255,)),
        Preset("as-is", "as they are in the file", (0.0,), (1.0,), raw=True),
    )
}


def suitable(channels: int) -> tuple[Preset, ...]:
    """The presets for so many channels, in order."""
    return tuple(one for one in PRESETS.values() if one.suits(channels))


def preset_of(spec: InputSpec) -> Preset | None:
    """The preset that `spec` has; None for values of its own."""
    return next((one for one in suitable(spec.channels) if one.describes(spec)), None)


def _spread(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == channels:
        return values
    return (float(np.mean(values)),) * channels
