"""The input form that a file itself declares: timm's `pretrained_cfg`, a trainer's settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.finding import Finding
from xai_core.base.input_spec import Fit, InputSpec

PLACES = (
    *("pretrained_cfg", "default_cfg", "data_config", "preprocessing", "preprocess", "transforms"),
    *(
        "transform",
        "input",
        "input_config",
        "data",
        "normalize",
        "normalization",
        "hyper_parameters",
    ),
    *(
        "hparams",
        "config",
        "cfg",
        "args",
        "opt",
        "meta",
        "metadata",
        "extra",
        "datamodule",
        "model",
    ),
    "datamodule_hyper_parameters",
)
SIZES = ("input_size", "img_size", "image_size", "imgsz", "crop_size", "resolution", "size")
MEANS = ("mean", "image_mean", "pixel_mean")
DEVIATIONS = ("std", "image_std", "pixel_std")
RESIZES = ("resize_size", "resize", "val_resize_size")
FITS: Mapping[str, Fit] = {"center": "crop", "squash": "squash", "border": "letterbox"}
DEPTH = 3
SMALLEST = 8  # pixels a side; what is less is a number of something else


def input_form(
    held: Any, usual: InputSpec, fixed: tuple[int, int] | None = None
) -> tuple[InputSpec, tuple[Finding, ...]]:
    """What `held` says, over the usual form; and what was read, as a finding.

    Args:
        held: a checkpoint, or the attributes of a module. Only plain values are read.
        fixed: height and width that the network takes, whatever is said.
    """
    spec, read = usual, []
    for place, settings in _settings(held, "", 0):
        try:
            found = _over(settings, spec)
        except (InputError, TypeError, ValueError, OverflowError):
            continue
        if found != spec or _says(settings):
            read.append(place or "the checkpoint")
            spec = found
            break
    if fixed is not None:
        spec = _sized(spec, fixed)
    if not read:
        return spec, ()
    message = (
        f"How pictures become inputs was read from {read[0]}: {spec.height} × {spec.width} pixels, "
        f"mean {_numbers(spec.mean)}, deviation {_numbers(spec.std)}."
    )
    return spec, (Finding("input-declared", "info", message),)


def _settings(held: Any, place: str, depth: int) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """Those that name most come first in `PLACES`."""
    mapping = _mapping(held)
    if mapping is None or depth > DEPTH:
        return
    for key in PLACES:
        if (inner := _mapping(mapping.get(key))) is not None:
            yield from _settings(inner, f"{place}.{key}" if place else key, depth + 1)
    if _says(mapping):
        yield place, mapping


def _mapping(held: Any) -> Mapping[Any, Any] | None:
    if isinstance(held, Mapping):
        return held
    if isinstance(held, type) or held is None:
        return None
    plain = dataclasses.is_dataclass(held) or hasattr(held, "__dict__")
    return vars(held) if plain and not hasattr(held, "state_dict") else None


def _says(settings: Mapping[Any, Any]) -> bool:
    mean, std = _first(settings, MEANS), _first(settings, DEVIATIONS)
    return (_floats(mean) is not None and _floats(std) is not None) or _size(settings) is not None


def _over(settings: Mapping[Any, Any], spec: InputSpec) -> InputSpec:
    mean, std = _floats(_first(settings, MEANS)), _floats(_first(settings, DEVIATIONS))
    if mean is not None and std is not None:
        if max(mean) > 2:  # of values from 0 to 255
            mean, std = tuple(m / 255 for m in mean), tuple(s / 255 for s in std)
        spec = replace(spec, mean=_spread(mean, spec), std=_spread(std, spec))
    size = _size(settings)
    if size is not None:
        spec = _sized(spec, size)
    crop, resize_to = settings.get("crop_pct"), _first(settings, RESIZES)
    if isinstance(crop, Real) and 0 < float(crop) <= 1:
        spec = replace(spec, resize=int(min(spec.height, spec.width) / float(crop)))
    elif (pair := _pair(resize_to)) is not None:
        spec = replace(spec, resize=max(min(pair), min(spec.height, spec.width)))
    fit = FITS.get(str(settings.get("crop_mode")))
    return replace(spec, fit=fit) if fit else spec


def _sized(spec: InputSpec, size: tuple[int, int]) -> InputSpec:
    if size == (spec.height, spec.width):
        return spec
    resize = max(1, round(min(size) * spec.resize / min(spec.height, spec.width)))
    return replace(spec, height=size[0], width=size[1], resize=resize)


def _spread(values: tuple[float, ...], spec: InputSpec) -> tuple[float, ...]:
    if len(values) == spec.channels:
        return values
    if len(values) == 1:
        return values * spec.channels
    return (sum(values) / len(values),) * spec.channels


def _size(settings: Mapping[Any, Any]) -> tuple[int, int] | None:
    for key in SIZES:
        value = settings.get(key)
        if isinstance(value, Sequence) and len(value) == 3 and not isinstance(value, str):
            value = value[1:] if value[0] in (1, 3, 4) else value[:2]
        pair = _pair(value)
        if pair is not None and min(pair) >= SMALLEST:
            return pair
    return None


def _pair(value: Any) -> tuple[int, int] | None:
    if isinstance(value, bool | str):
        return None
    if isinstance(value, int):
        return value, value
    if isinstance(value, Sequence) and value and all(type(one) is int for one in value):
        return (value[0], value[-1]) if len(value) <= 2 else None
    return None


def _floats(value: Any) -> tuple[float, ...] | None:
    if isinstance(value, Real) and not isinstance(value, bool):
        return (float(value),)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, str) or not 1 <= len(value) <= 4:
        return None
    return tuple(map(float, value)) if all(isinstance(one, Real) for one in value) else None


def _first(settings: Mapping[Any, Any], keys: Sequence[str]) -> Any:
    return next((settings[key] for key in keys if settings.get(key) is not None), None)


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
