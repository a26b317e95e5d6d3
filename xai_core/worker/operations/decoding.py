"""Reading what strangers hand over: pictures, arrays, class names, cards. No model is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np

from xai_core.base.input_spec import MAX_PIXELS, InputSpec
from xai_core.base.progress import Progress
from xai_core.pictures.preprocessing import Prepared, open_picture, prepare
from xai_core.pictures.raster import MAX_BYTES, Pixels, Raster
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, PLAIN, Answer, Item, Most
from xai_core.worker.wire.codec import decode
from xai_core.worker.wire.protocol import PICTURE_TYPES

ITEM = Item((Most(MAX_PIXELS), Most(MAX_PIXELS), Most(MAX_PIXELS)), PICTURE_TYPES)


@dataclass(frozen=True)
class Look:
    """What a picture is, without its pixels. size: `(width, height)`, upright."""

    size: tuple[int, int]
    channels: int
    photo: bool
    kind: str
    notes: tuple[str, ...]


@operation(PLAIN)
def look_at_picture(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Look:
    """maybe `spec`, bytes -> Look; it is decoded whole, so that a broken one is told."""
    raster = _opened(params, arrays)
    kind = raster.values.dtype.name
    return Look(raster.size, raster.channels, raster.photo, kind, raster.notes)


@operation(Answer((ITEM, ITEM), fewest=1, most_bytes=2 * MAX_BYTES))
def decode_picture(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Raster:
    """`most` pixels or None for all, maybe `spec`, bytes -> Raster."""
    raster = _opened(params, arrays)
    step = 1
    if params["most"] is not None:
        step = ceil(sqrt(max(1.0, raster.size[0] * raster.size[1] / params["most"])))
    turned = None if raster.turned is None else _plain(raster.turned[::step, ::step])
    return replace(raster, values=_plain(raster.values[::step, ::step]), turned=turned)


def _prepared(params: Params, arrays: Arrays) -> Answer:
    spec = params["spec"]
    inputs = Item((1, spec["channels"], spec["height"], spec["width"]))
    return Answer((inputs, Item((spec["height"], spec["width"], 3), ("uint8",))))


@operation(_prepared)
def prepare_picture(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Prepared:
    """`spec`, bytes -> Prepared."""
    return prepare(_opened(params, arrays), decode(InputSpec, params["spec"]))


@operation(PLAIN)
def mask_of_picture(session: Session, params: Params, arrays: Arrays, tick: Progress) -> str:
    """`size`, `spec`, bytes -> the mask as text, on the grid of the input."""
    from xai_core.pictures.region import as_text, of_picture

    size = (params["size"][0], params["size"][1])
    spec = decode(InputSpec, params["spec"])
    return as_text(of_picture(open_picture(arrays[0].tobytes()), size, spec))


@operation(Answer(text=LONG_TEXT))
def read_class_names(
    session: Session, params: Params, arrays: Arrays, tick: Progress
) -> tuple[str, ...]:
    """bytes -> names."""
    from xai_core.targets.labels import parse_labels

    return parse_labels(arrays[0].tobytes())


@operation(Answer(text=4 * 2**20))
def png_text(session: Session, params: Params, arrays: Arrays, tick: Progress) -> tuple[str, ...]:
    """`key`, bytes -> the text chunk of a PNG, if there is one."""
    from xai_core.pictures.png_text import text_of

    found = text_of(arrays[0].tobytes(), params["key"])
    return () if found is None else (found,)


def _opened(params: Params, arrays: Arrays) -> Raster:
    """The frame or slice that the spec names."""
    told = params.get("spec")
    return open_picture(arrays[0].tobytes(), None if told is None else decode(InputSpec, told))


def _plain(values: Pixels) -> Pixels:
    """Of a type that goes over the wire; a wider one than double precision is narrowed."""
    known = values.dtype.name in PICTURE_TYPES
    return np.ascontiguousarray(values if known else values.astype(np.float64))
