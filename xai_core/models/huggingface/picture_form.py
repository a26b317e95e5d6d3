"""How pictures come in, out of `preprocessor_config.json` and `config.json`.

What an input form cannot say is said in words: a picture that is first squashed and then cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec

TYPE_RANGE = 255.0  # pixels are 0 to 255 before `rescale_factor`
BGR = (2, 1, 0)
LARGE = 384  # ConvNeXt's processor cuts below that only
Json = Mapping[str, Any]
Size = tuple[int, int]


@dataclass(frozen=True)
class PictureForm:
    """An input form; notes: what of the file it cannot say, in sentences."""

    spec: InputSpec
    notes: tuple[str, ...] = ()


def picture_form(config: Json, processor: Json, size: Size | None = None) -> PictureForm:
    """The input form of a model.

    Args:
        config: of the model; its `image_size` holds where the processor names no size.
        size: height and width that the model takes, where the processor's are not.

    Raises:
        InputError: the numbers in the files make no input form.
    """
    channels = int(_of_pictures(config, "num_channels") or InputSpec.channels)
    own = size_of(config)
    base = InputSpec.for_shape(channels, *(own or (InputSpec.height, InputSpec.width)))
    try:
        spec, notes = _framed(base, processor)
        spec = _numbers(spec, processor)
    except (TypeError, ValueError, AttributeError) as cause:
        raise InputError(f"The way pictures come in cannot be read: {cause}") from cause
    if size is not None and size != (spec.height, spec.width):
        short = max(1, round(spec.resize * min(size) / min(spec.height, spec.width)))
        spec = replace(spec, height=size[0], width=size[1], resize=short)
    return PictureForm(spec, notes)


def size_of(config: Json) -> Size | None:
    """Height and width in a model's configuration."""
    return _pair(_of_pictures(config, "image_size"))


def _of_pictures(config: Json, key: str) -> Any:
    """An entry; of a model for texts and pictures, that of its part for pictures."""
    inner = config.get("vision_config")
    found = config.get(key)
    return inner.get(key) if found is None and isinstance(inner, Mapping) else found


def _framed(base: InputSpec, processor: Json) -> tuple[InputSpec, tuple[str, ...]]:
    """Size and fit."""
    size, cut = processor.get("size"), processor.get("crop_size")
    cuts = bool(processor.get("do_center_crop")) and cut is not None
    if processor.get("do_resize") is False:
        fixed = _pair(cut) if cuts else None
        return (_cropped(base, fixed, min(fixed)) if fixed else base), ()
    part = _crop_part(processor)
    short, both = _short(size, cuts or bool(part) or "max_size" in processor), _pair(size)
    if short is None and both is None:
        return base, ()
    if cuts:
        inner = _pair(cut) or (InputSpec.height, InputSpec.width)
        even = short is not None or both is None or both[0] == both[1]
        return _cropped(base, inner, short or min(both or inner)), () if even else (SQUASHED,)
    if short is None:
        height, width = both or (InputSpec.height, InputSpec.width)
        return replace(base, fit="squash", height=height, width=width, resize=max(height, 1)), ()
    if part and short < LARGE:
        return _cropped(base, (short, short), int(short / part)), ()
    square = replace(base, fit="squash", height=short, width=short, resize=short)
    return square, () if part else (KEEPS,)


KEEPS = (
    "The library keeps the picture's aspect ratio and sets its short side; here every picture "
    "becomes a square of that side."
)
SQUASHED = "The library squashes the picture before it cuts it; here it keeps its aspect ratio."


def _cropped(base: InputSpec, size: Size, resize: int) -> InputSpec:
    return replace(base, fit="crop", height=size[0], width=size[1], resize=resize)


def _crop_part(processor: Json) -> float:
    """The part of the short side that ConvNeXt's processor cuts out; 0 for any other's."""
    kind = processor.get("image_processor_type") or processor.get("feature_extractor_type") or ""
    return float(processor.get("crop_pct") or (0.875 if "ConvNext" in str(kind) else 0.0))


def _short(size: Any, bare: bool) -> int | None:
    """The length of the short side; bare: a number without a name means that."""
    if isinstance(size, Mapping):
        found = size.get("shortest_edge")
        return int(found) if found else None
    return int(size) if isinstance(size, int) and bare else None


def _pair(size: Any) -> Size | None:
    if isinstance(size, Mapping):
        height, width = size.get("height"), size.get("width")
        return (int(height), int(width)) if height and width else None
    if isinstance(size, int) and not isinstance(size, bool):
        return (size, size)
    if isinstance(size, Sequence) and not isinstance(size, str) and len(size) == 2:
        return (int(size[0]), int(size[1]))
    return None


def _numbers(spec: InputSpec, processor: Json) -> InputSpec:
    """Mean, deviation and order, for values in [0, 1]."""
    if not processor:
        return spec
    scale = TYPE_RANGE * float(processor.get("rescale_factor") or 1 / TYPE_RANGE)
    if processor.get("do_rescale") is False:
        scale = TYPE_RANGE
    mean, std = [0.0], [1.0]
    if processor.get("do_normalize", "image_mean" in processor):
        mean, std = _listed(processor.get("image_mean", 0.0)), _listed(processor["image_std"])
        if processor.get("include_top"):  # EfficientNet's divides by the deviation twice
            std = [one * one for one in std]
    shift = 1.0 if processor.get("rescale_offset") else 0.0
    means = _fitted([(one + shift) / scale for one in mean], spec.channels)
    stds = _fitted([one / scale for one in std], spec.channels)
    order = BGR if processor.get("do_flip_channel_order") and spec.channels == 3 else ()
    return replace(spec, mean=means, std=stds, order=order)


def _listed(value: Any) -> list[float]:
    return [float(one) for one in (value if isinstance(value, Sequence) else [value])]


def _fitted(values: list[float], channels: int) -> tuple[float, ...]:
    """One value a channel: three colours' average where there are not three."""
    if len(values) == channels:
        return tuple(values)
    return (sum(values) / len(values),) * channels
