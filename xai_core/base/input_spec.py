"""How a picture becomes a model's input: size, fit, value range, channels, normalisation."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np

from xai_core.base.errors import InputError

MAX_PIXELS = 50_000_000
MAX_INPUT = 16_384  # pixels a side
MAX_CHANNELS = 512
Fit = Literal["crop", "squash", "letterbox"]
ValueRange = Literal["type", "data", "given", "raw"]
SINCE_FIRST = ("range", "low", "high", "order", "padding", "shown", "frame", "slice")
"""Fields that earlier versions do not know; they are written only where they say something."""


@dataclass(frozen=True)
class InputSpec:
    """How a picture becomes a model's input.

    Attributes:
        channels: of the input. A grey picture fills 3, a colour picture is turned grey for 1;
            any other number has to be the picture's own, or be chosen by `order`.
        height, width: of the input, in pixels.
        fit: `crop` resizes the short side to `resize` and cuts the centre, `squash` ignores
            the aspect ratio, `letterbox` keeps all of the picture and pads.
        resize: length of the short side before the cut, in pixels (`crop` only).
        mean, std: per channel of the input, of values after `range`.
        range: which values become 0 and 1. `type`: as the file says (the window of a DICOM), else
            the ends of its number type (0 and 255, 0 and 65535; 0 and 1 where it has fractions).
            `data`: the picture's lowest and highest. `given`: `low` and `high`; values outside are
            clipped. `raw`: values stay as they are.
        order: the picture's channels that go in, counted from 0, in the model's order: `(2, 1, 0)`
            is BGR. Empty: as they come.
        padding: value around a letterboxed picture, before mean and std; 0 is black.
        shown: the channels of the picture that a person sees, one or three (red, green, blue).
            Empty: its colours, else its first three. No model sees them.
        frame: which picture of a file with several, from 0; None takes the first.
        slice: `(axis, index)` of a volume, both from 0; empty takes the middle of its last axis,
            or an array as it is.
    """

    channels: int = 3
    height: int = 224
    width: int = 224
    fit: Fit = "crop"
    resize: int = 256
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    range: ValueRange = "type"
    low: float | None = None
    high: float | None = None
    order: tuple[int, ...] = ()
    padding: float = 0.0
    shown: tuple[int, ...] = ()
    frame: int | None = None
    slice: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        _check_kinds(self)
        _check_channels(self)
        _check_numbers(self)
        _check_part(self)
        if min(self.height, self.width, self.resize, *self.std) <= 0:
            raise InputError("Sizes and deviations must be above 0.")
        largest = max(self.height, self.width, self.resize)
        if largest > MAX_INPUT or self.height * self.width > MAX_PIXELS:
            raise InputError(
                f"An input of {self.height} × {self.width} pixels is too large.",
                f"At most {MAX_INPUT} a side and {MAX_PIXELS:,} in all can be made of a picture.",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """`(C, H, W)`."""
        return (self.channels, self.height, self.width)

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back, also in a version that knows fewer fields."""
        usual = {field.name: field.default for field in fields(self)}
        data = asdict(self)
        silent = [name for name in SINCE_FIRST if data[name] == usual[name]]
        return {name: value for name, value in data.items() if name not in silent}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> InputSpec:
        """The spec that `to_dict` wrote, by this version or an earlier one."""
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return InputSpec(**{**data, **lists})

    @staticmethod
    def for_shape(channels: int, height: int, width: int) -> InputSpec:
        """ImageNet preprocessing at another size; grey pictures get mean and std of the luma.

        Values in [0, 1] where a picture of so many channels is no photo.
        """
        mean, std = InputSpec.mean, InputSpec.std
        if channels == 1:
            mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
        elif channels != 3:
            mean, std = (0.0,) * channels, (1.0,) * channels
        resize = max(1, round(min(height, width) * 256 / 224))
        return InputSpec(channels, height, width, "crop", resize, mean, std)


def _check_kinds(spec: InputSpec) -> None:
    for name in ("channels", "height", "width", "resize"):
        if not isinstance(getattr(spec, name), Integral):
            raise InputError(f"{name} is a whole number, not {getattr(spec, name)!r}.")
    for name, known in (("fit", get_args(Fit)), ("range", get_args(ValueRange))):
        if getattr(spec, name) not in known:
            raise InputError(f"{name} is one of {', '.join(known)}, not {getattr(spec, name)!r}.")


def _check_channels(spec: InputSpec) -> None:
    if not 1 <= spec.channels <= MAX_CHANNELS:
        raise InputError(f"A picture gives 1 to {MAX_CHANNELS} channels, not {spec.channels}.")
    if len(spec.mean) != spec.channels or len(spec.std) != spec.channels:
        raise InputError(
            f"{spec.channels} channels need as many means and deviations, not "
            f"{len(spec.mean)} and {len(spec.std)}.",
        )
    if spec.order and len(spec.order) != spec.channels:
        raise InputError(
            f"The model takes {spec.channels} channels; the order names {len(spec.order)}.",
            "Name as many of the picture's channels, counted from 0: 2,1,0 is BGR.",
        )
    if len(spec.shown) not in (0, 1, 3):
        raise InputError(f"A person sees 1 or 3 channels, not {len(spec.shown)}.")
    if any(not 0 <= index < MAX_CHANNELS for index in (*spec.order, *spec.shown)):
        raise InputError(f"Channels are counted from 0 to {MAX_CHANNELS - 1}.")


def _check_part(spec: InputSpec) -> None:
    numbers = (*spec.slice, *(() if spec.frame is None else (spec.frame,)))
    if len(spec.slice) not in (0, 2) or any(type(n) is not int or n < 0 for n in numbers):
        raise InputError(
            f"A frame is a whole number from 0, a slice an axis and an index; not {spec.frame!r} "
            f"and {list(spec.slice)!r}.",
            "For example frame 3, or slice 2,40.",
        )


def _check_numbers(spec: InputSpec) -> None:
    given = (spec.low, spec.high)
    if spec.range == "given":
        if spec.low is None or spec.high is None or not spec.low < spec.high:
            raise InputError(
                f"A range from low to high was expected, not {given[0]} to {given[1]}.",
                "Say which value becomes 0 and which becomes 1.",
            )
    elif given != (None, None):
        raise InputError(f"Only a given range has ends; this one is {spec.range!r}.")
    numbers = (*spec.mean, *spec.std, spec.padding, *(end for end in given if end is not None))
    if not all(math.isfinite(number) for number in numbers):
        raise InputError("Means, deviations, padding and range must be finite numbers.")
