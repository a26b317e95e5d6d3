"""Frames between a worker and its caller: a JSON header and raw arrays behind a length prefix.

Layout: magic `PDL1`, u32 length of the JSON, u64 length of the arrays, the JSON, the arrays one
after the other (little-endian, C order). The header is an object; its `arrays` lists dtype and
shape of each. All of it is checked on arrival, before memory is taken for it: the other end may be
a hostile model.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

import numpy as np

from xai_core.base.errors import WorkerError

MAGIC = b"PDL1"
PREFIX = struct.Struct("<4sIQ")
MAX_JSON = 16 * 2**20
MAX_BODY = 2**30
MAX_ARRAYS = 16
MAX_AXES = 8
PICTURE_TYPES = (
    *("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
)
DTYPES: Mapping[str, np.dtype[Any]] = {
    name: np.dtype(name).newbyteorder("<") for name in PICTURE_TYPES
}

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Frame:
    """One message: a JSON object and the arrays that it speaks of.

    expected: what may come back for it, for this side's eyes alone.
    """

    header: Mapping[str, Any]
    arrays: tuple[Array, ...] = field(default=())
    expected: Any = field(default=None, compare=False)


class Watch(Protocol):
    """Says, while a frame arrives, whether it may; raises `WorkerError` where not."""

    def lengths(self, text: int, body: int) -> int:
        """Told first; how many commas and brackets the JSON may have."""

    def layout(
        self,
        header: Mapping[str, Any],
        text: int,
        arrays: Sequence[tuple[np.dtype[Any], tuple[int, ...]]],
    ) -> None:
        """Told next, before memory is taken for the arrays."""


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


def read_frame(stream: BinaryIO, watch: Watch | None = None) -> Frame | None:
    """The next frame; None where the stream ends between two frames.

    Args:
        watch: looks at it before it is read; None takes all that keeps the limits here.

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
    signs = watch.lengths(text_length, body_length) if watch else text_length
    header = _parse(bytes(_exactly(stream, text_length)), signs)
    layout = _layout(header.pop("arrays", None), body_length)
    if watch:
        watch.layout(header, text_length, layout)
    return Frame(header, tuple(_array(stream, *one) for one in layout))


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
    kind = array.dtype.name if array.dtype.name in DTYPES else "float32"
    return np.ascontiguousarray(array, dtype=DTYPES[kind])


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


def _parse(text: bytes, signs: int) -> dict[str, Any]:
    # Each of these can become an object, which takes 20 times its text.
    if sum(map(text.count, (b",", b"[", b"{"))) > signs:
        raise lie("its header has more parts than was asked for")
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


def _array(stream: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    found = np.empty(shape, dtype)
    place = found.reshape(-1).view(np.uint8).data
    done = 0
    while done < len(place):
        piece = stream.read(min(len(place) - done, 2**20))
        if not piece:
            raise lie(f"it ends after {done} of {len(place)} bytes", cut=True)
        place[done : done + len(piece)] = piece
        done += len(piece)
    return found
