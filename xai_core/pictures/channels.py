"""Which channels of a picture a model gets, and which a person sees."""

from __future__ import annotations

import numpy as np
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.pictures.raster import Pixels, Raster

LUMA = (0.299, 0.587, 0.114)  # ITU-R 601-2, as Pillow has it
COUNT_FROM_0 = "Channels are counted from 0."


def model_channels(raster: Raster, spec: InputSpec) -> Pixels:
    """`[H, W, C]` in the file's numbers, in the model's order.

    Raises:
        InputError: the picture has not the channels that the model takes.
    """
    if not spec.order:
        return _matched(raster, spec.channels)
    return _picked(raster, spec.order)


def shown_channels(raster: Raster, spec: InputSpec) -> Pixels:
    """`[H, W, 1 or 3]` for the eye: those asked for, the photo's colours, or the first three."""
    if spec.shown:
        return _picked(raster, spec.shown)
    if raster.photo:
        return _matched(raster, 1 if 1 in (spec.channels, raster.channels) else 3)
    given = raster if raster.channels == spec.channels or raster.turned is None else None
    values = given.values if given else model_channels(raster, spec)
    return values[:, :, :3] if values.shape[2] >= 3 else values[:, :, :1]


def _picked(raster: Raster, order: tuple[int, ...]) -> Pixels:
    needed = max(order) + 1
    if raster.alpha and needed < raster.channels:
        raster = _over_white(raster)
    if needed <= raster.channels:
        return raster.values[:, :, list(order)]
    if raster.channels == 1 and needed <= 3:
        return np.repeat(raster.values, len(order), axis=2)
    raise InputError(
        f"There is no channel {needed - 1}: the picture has {raster.channels}.", COUNT_FROM_0
    )


def _matched(raster: Raster, wanted: int) -> Pixels:
    if raster.channels == wanted:
        return raster.values
    if raster.turned is not None and raster.turned.shape[2] == wanted:
        return raster.turned
    if raster.alpha:
        return _matched(_over_white(raster), wanted)
    if raster.channels == 1 and wanted == 3:
        return np.repeat(raster.values, 3, axis=2)
    if raster.channels == 3 and wanted == 1:
        return _luma(raster.values)
    came = "1 channel" if raster.channels == 1 else f"{raster.channels} channels"
    raise InputError(
        f"The model takes {wanted} channel{'s' * (wanted != 1)}; the picture has {came}.",
        "Give a picture with as many, or say which of its channels go in "
        "(Model page, *Input form*, or `--channels 0,1,2`).",
    )


def _luma(values: Pixels) -> Pixels:
    if values.dtype == np.uint8:
        return np.asarray(Image.fromarray(values).convert("L"))[:, :, None]
    grey = values.astype(np.float32) @ np.array(LUMA, np.float32)
    kind = values.dtype
    whole = np.rint(grey) if kind.kind in "iu" else grey
    return np.asarray(whole.astype(kind))[:, :, None]


def _over_white(raster: Raster) -> Raster:
    """Without opacity; what is transparent shows white."""
    values = raster.values
    if values.dtype == np.uint8:
        picture = Image.fromarray(values)
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        flat = np.asarray(Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB"))
        return Raster(flat if values.shape[2] == 4 else flat[:, :, :1])
    top = float(np.iinfo(values.dtype).max) if values.dtype.kind in "iu" else 1.0
    opacity = values[:, :, -1:].astype(np.float32) / top
    flat = values[:, :, :-1] * opacity + top * (1 - opacity)
    return Raster(flat.astype(values.dtype))
