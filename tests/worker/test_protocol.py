from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xai_core.base.errors import WorkerError
from xai_core.worker.wire.protocol import (
    MAGIC,
    MAX_BODY,
    MAX_JSON,
    PREFIX,
    Frame,
    read_frame,
    write_frame,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def written(frame: Frame) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, frame)
    return stream.getvalue()


def framed(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return PREFIX.pack(MAGIC, len(text), len(body)) + text + body


def read(data: bytes) -> Frame | None:
    return read_frame(io.BytesIO(data))


@given(
    st.dictionaries(st.text(max_size=5).filter(lambda key: key != "arrays"), st.integers()),
    st.lists(st.lists(st.integers(0, 4), max_size=4).map(tuple), max_size=4),
    st.sampled_from([np.float32, np.float64]),
)
def test_a_frame_comes_back(
    header: dict[str, int], shapes: list[tuple[int, ...]], kind: type
) -> None:
    arrays = tuple(np.random.default_rng(0).random(shape).astype(kind) for shape in shapes)
    back = read(written(Frame(header, arrays)))
    assert back is not None
    assert back.header == header
    for sent, got in zip(arrays, back.arrays, strict=True):
        assert got.dtype == sent.dtype
        np.testing.assert_array_equal(got, sent)
        assert got.flags.writeable


def test_an_array_that_is_not_contiguous_comes_back() -> None:
    array = np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[::2]
    back = read(written(Frame({}, (array,))))
    assert back is not None
    np.testing.assert_array_equal(back.arrays[0], array)


def test_the_end_between_frames_is_no_error() -> None:
    assert read(b"") is None


@given(st.binary(max_size=200))
def test_any_bytes_give_a_frame_or_a_worker_error(data: bytes) -> None:
    for candidate in (data, MAGIC + data, PREFIX.pack(MAGIC, len(data), 0) + data):
        with contextlib.suppress(WorkerError):
            read(candidate)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_any_changed_byte_gives_a_frame_or_a_worker_error(place: int, value: int) -> None:
    data = bytearray(written(Frame({"id": 3, "kind": "result"}, (np.ones((2, 3)),))))
    data[place % len(data)] = value
    with contextlib.suppress(WorkerError):
        read(bytes(data))


@given(st.integers(1, 10_000))
def test_any_cut_gives_a_worker_error(length: int) -> None:
    data = written(Frame({"id": 3}, (np.ones((2, 3)),)))
    with pytest.raises(WorkerError):
        read(data[: length % (len(data) - 1) + 1])


@given(JSON, st.binary(max_size=32))
def test_any_description_of_arrays_gives_a_frame_or_a_worker_error(
    arrays: object, body: bytes
) -> None:
    for described in (arrays, [arrays], [{"dtype": "float32", "shape": arrays}]):
        with contextlib.suppress(WorkerError):
            read(framed({"arrays": described}, body))


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({}, b""),
        ([], b""),
        ({"arrays": [{"dtype": "float32", "shape": [2]}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "float32", "shape": [-1]}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "float32", "shape": [True]}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "float32", "shape": [1.0]}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "object", "shape": [1]}]}, b"\0" * 8),
        ({"arrays": [{"dtype": "O", "shape": [1]}]}, b"\0" * 8),
        ({"arrays": [{"dtype": ["float32"], "shape": [1]}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "float32", "shape": [1] * 9}]}, b"\0" * 4),
        ({"arrays": [{"dtype": "float32", "shape": [0]}] * 17}, b""),
        ({"arrays": [{"dtype": "float32", "shape": [2**30, 2**30, 0]}]}, b"\0" * 4),
        ({"arrays": []}, b"\0"),
        ({"arrays": [], "text": "\ud800"}, b""),
    ],
)
def test_a_lying_header_is_refused(header: object, body: bytes) -> None:
    with pytest.raises(WorkerError, match="breaks the protocol"):
        read(framed(header, body))


@pytest.mark.parametrize("lengths", [(MAX_JSON + 1, 0), (2, MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_a_length_above_the_cap_is_refused_before_anything_is_read(
    lengths: tuple[int, int],
) -> None:
    with pytest.raises(WorkerError, match="limit"):
        read(PREFIX.pack(MAGIC, *lengths))


def test_a_deeply_nested_header_is_refused() -> None:
    text = b"[" * 100_000
    with pytest.raises(WorkerError):
        read(PREFIX.pack(MAGIC, len(text), 0) + text)


def test_a_frame_above_the_cap_is_not_written() -> None:
    stream = io.BytesIO()
    with pytest.raises(WorkerError, match="limit"):
        write_frame(stream, Frame({"text": "x" * (MAX_JSON + 1)}))
    assert not stream.getvalue()
