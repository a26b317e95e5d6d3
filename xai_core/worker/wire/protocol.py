"""Frames between a worker and its caller: a JSON header and raw arrays behind a length prefix.

Layout: magic `PDL1`, u32 length of the JSON, u64 length of the arrays, the JSON, the arrays one
after the other (little-endian, C order). The header is an object; its `arrays` lists dtype and
shape of each. Both sides are checked on arrival: the other end may be a hostile model.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from xai_core.base.errors import WorkerError

MAGIC = b"PDL1"
PREFIX = struct.Struct("<4sIQ")
MAX_JSON = 16 * 2**20
MAX_BODY = 2**30
MAX_ARRAYS = 16
MAX_AXES = 8
DTYPES: Mapping[str, np.dtype[Any]] = {"float32": np.dtype("<f4"), "float64": np.dtype("<f8")}

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Frame:
    """One message: a JSON object and the arrays that it speaks of."""

    header: Mapping[str, Any]
    arrays: tuple[Array, ...] = field(default=())


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write one frame and flush.

    Raises:
        WorkerError: the frame is above the limits that the other side enforces.
        OSError: the other side is gone.
    """
    arrays = [_plain(array) for array in frame.arrays]
    described = [{"dtype": a.dtype.name, "shape": list(a.shape)} for a in arrays]
    text = json.dumps({**frame.header, "arrays": described}).encode()
    body = sum(array.nbytes for array in arrays)
    _check_lengths(len(text), body)
    stream.write(PREFIX.pack(MAGIC, len(text), body))
    stream.write(text)
    for array in arrays:
        stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame; None where the stream ends between two frames.

    Raises:
        WorkerError: the bytes are not a frame, break a limit, or end in the middle.
    """
    prefix = stream.read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise lie("the stream ends in a prefix", cut=True)
    magic, text_length, body_length = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise lie(f"it starts with {magic!r} instead of {MAGIC!r}")
    _check_lengths(text_length, body_length)
    header = _parse(bytes(_exactly(stream, text_length)))
    layout = _layout(header.pop("arrays", None), body_length)
    body = _exactly(stream, body_length)
    return Frame(header, _cut(body, layout))


def lie(what: str, **facts: Any) -> WorkerError:
    """The error for a message that is not what the protocol says.

    Args:
        facts: `cut`: the stream ended in the middle of it, as it does where its sender dies.
    """
    return WorkerError(
        f"The worker process sent a message that breaks the protocol: {what}.",
        "Do not trust this model file: it may be trying to manipulate the program.",
        code="crashed",
        **facts,
    )


def _plain(array: Array) -> Array:
    wide = "float64" if array.dtype == np.float64 else "float32"
    return np.ascontiguousarray(array, dtype=DTYPES[wide])


def _check_lengths(text: int, body: int) -> None:
    if text > MAX_JSON or body > MAX_BODY:
        raise WorkerError(
            f"A message of {text} + {body} bytes is above the limit of {MAX_JSON} + {MAX_BODY}.",
            "Send fewer or smaller pictures at once.",
            code="memory-limit",
        )


def _exactly(stream: BinaryIO, length: int) -> bytearray:
    # In pieces, so that a lying length costs no more memory than what really comes.
    data = bytearray()
    while len(data) < length:
        piece = stream.read(min(length - len(data), 2**20))
        if not piece:
            raise lie(f"it ends after {len(data)} of {length} bytes", cut=True)
        data += piece
    return data


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        json.dumps(header, ensure_ascii=False).encode()  # half characters fail here, not on a page
    except (ValueError, RecursionError) as cause:
        raise lie("its header is not JSON") from cause
    if not isinstance(header, dict):
        raise lie("its header is not an object")
    return header


def _layout(described: Any, body: int) -> list[tuple[np.dtype[Any], tuple[int, ...]]]:
    if not isinstance(described, list) or len(described) > MAX_ARRAYS:
        raise lie(f"its arrays are not a list of at most {MAX_ARRAYS}")
    layout = [_one(item) for item in described]
    if sum(_bytes(dtype, shape) for dtype, shape in layout) != body:
        raise lie("shapes and number of bytes disagree")
    return layout


def _one(item: Any) -> tuple[np.dtype[Any], tuple[int, ...]]:
    dtype = item.get("dtype") if isinstance(item, dict) else None
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise lie(f"an array has a type other than {', '.join(DTYPES)}")
    shape = item.get("shape")
    if not isinstance(shape, list) or len(shape) > MAX_AXES:
        raise lie(f"a shape is not a list of at most {MAX_AXES} axes")
    if not all(type(axis) is int and 0 <= axis <= MAX_BODY for axis in shape):
        raise lie("a shape holds something else than sizes")
    return DTYPES[dtype], tuple(shape)


def _bytes(dtype: np.dtype[Any], shape: Sequence[int]) -> int:
    return dtype.itemsize * math.prod(shape)


def _cut(body: bytearray, layout: list[tuple[np.dtype[Any], tuple[int, ...]]]) -> tuple[Array, ...]:
    arrays, start = [], 0
    for dtype, shape in layout:
        end = start + _bytes(dtype, shape)
        # A copy: arrays of a frame must be aligned and must not share memory.
        arrays.append(np.frombuffer(bytes(body[start:end]), dtype).reshape(shape).copy())
        start = end
    return tuple(arrays)
