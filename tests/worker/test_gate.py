"""Messages are looked at before they are read: what was not declared costs no memory."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from tests.peak import peak
from xai_core.base.errors import WorkerError
from xai_core.worker.operations.base import answer_of
from xai_core.worker.wire.answer import TEXT, Answer, Item, Most
from xai_core.worker.wire.gate import FIRST, Expected, Gate
from xai_core.worker.wire.protocol import MAGIC, PREFIX, Frame, read_frame, write_frame

MAPS = Answer((Item((2, Most(3), 4, 4)),))
ONES = np.ones((2, 1, 4, 4), np.float32)
RESULT = {"id": 7, "kind": "result", "data": 0}


def gate(answer: Answer = MAPS, preview: tuple[int, ...] | None = (4, 4)) -> Gate:
    found = Gate()
    found.open(Expected(7, answer, preview))
    return found


def passed(frame: Frame, watch: Gate) -> Frame | None:
    stream = io.BytesIO()
    write_frame(stream, frame)
    return read_frame(io.BytesIO(stream.getvalue()), watch)


def claimed(header: dict[str, Any], body: int) -> io.BytesIO:
    """A message that says it has `body` bytes more, none of which is ever sent."""
    text = json.dumps(header).encode()
    return io.BytesIO(PREFIX.pack(MAGIC, len(text), body) + text)


@pytest.mark.parametrize("channels", [1, 3])
def test_what_was_declared_comes_through_once(channels: int) -> None:
    watch, maps = gate(), np.ones((2, channels, 4, 4), np.float32)
    assert passed(Frame({"id": 7, "kind": "progress", "done": 1, "total": 2}), watch)
    assert passed(Frame({"id": 7, "kind": "preview"}, (ONES[0, 0],)), watch)
    found = passed(Frame(RESULT, (maps,)), watch)
    assert found is not None
    np.testing.assert_array_equal(found.arrays[0], maps)
    with pytest.raises(WorkerError, match="without being asked"):
        passed(Frame(RESULT, (maps,)), watch)


@pytest.mark.parametrize(
    ("header", "arrays"),
    [
        (RESULT, ()),
        (RESULT, (ONES, ONES)),
        (RESULT, (ONES[0],)),
        (RESULT, (np.ones((2, 4, 4, 4), np.float32),)),
        (RESULT, (np.ones((2, 0, 4, 4), np.float32),)),
        (RESULT, (ONES.astype(np.float64),)),
        (RESULT, (ONES.astype(np.uint8),)),
        ({**RESULT, "id": 6}, (ONES,)),
        ({**RESULT, "id": None}, (ONES,)),
        ({**RESULT, "kind": "ready"}, ()),
        ({**RESULT, "kind": ["result"]}, (ONES,)),
        ({**RESULT, "kind": None}, (ONES,)),
        ({"id": 7, "kind": "progress"}, (ONES[0, 0],)),
        ({"id": 7, "kind": "progress", "text": "x" * 5000}, ()),
        ({"id": 7, "kind": "error", "error": {}}, (ONES[0, 0],)),
        ({"id": 7, "kind": "preview"}, (ONES[0],)),
        ({"id": 7, "kind": "preview"}, (ONES[0, 0], ONES[0, 0])),
        ({"id": 7, "kind": "preview"}, ()),
        ({"kind": "ready", "protection": []}, ()),
    ],
)
def test_what_was_not_declared_is_a_lie(
    header: dict[str, Any], arrays: tuple[np.ndarray, ...]
) -> None:
    with pytest.raises(WorkerError, match="breaks the protocol"):
        passed(Frame(header, arrays), gate())


def test_a_preview_that_nobody_asked_for_is_a_lie() -> None:
    with pytest.raises(WorkerError, match="breaks the protocol"):
        passed(Frame({"id": 7, "kind": "preview"}, (ONES[0, 0],)), gate(preview=None))


@pytest.mark.parametrize("kind", ["progress", "preview", "result", "error"])
def test_a_gigabyte_that_is_promised_costs_nothing(kind: str) -> None:
    side = 2**14
    header = {
        "id": 7,
        "kind": kind,
        "arrays": [{"dtype": "float32", "shape": [side, side]}],
    }

    def run() -> None:
        with pytest.raises(WorkerError, match="were expected"):
            read_frame(claimed(header, side * side * 4), gate())

    assert peak(run) < 2**20


def test_a_body_within_the_answer_is_not_believed_on_a_progress() -> None:
    wide = gate(Answer((Item((64, 64, 64)),)))
    arrays = [{"dtype": "float32", "shape": [64, 64, 64]}]
    with pytest.raises(WorkerError, match="another size"):
        read_frame(claimed({"id": 7, "kind": "progress", "arrays": arrays}, 4 * 64**3), wide)


@pytest.mark.parametrize("part", [b"[],", b"{},", b"1,", b'{"a":[]},', b'"",'])
def test_text_of_many_parts_is_not_parsed(part: bytes) -> None:
    text = b'{"id": 7, "kind": "result", "arrays": [], "data": [' + part * (TEXT // 9) + b"1]}"
    stream = io.BytesIO(PREFIX.pack(MAGIC, len(text[:TEXT]), 0) + text[:TEXT])

    def run() -> None:
        with pytest.raises(WorkerError, match="more parts"):
            read_frame(stream, gate())

    assert peak(run) < 4 * TEXT


def test_text_above_what_was_declared_is_not_read() -> None:
    with pytest.raises(WorkerError, match="were expected"):
        read_frame(io.BytesIO(PREFIX.pack(MAGIC, TEXT + 1, 0) + b" " * (TEXT + 1)), gate())


def test_a_flood_of_progress_ends() -> None:
    watch, one = gate(), Frame({"id": 7, "kind": "progress", "done": 1, "total": 2})
    for _ in range(FIRST):
        passed(one, watch)
    with pytest.raises(WorkerError, match="messages for one call"):
        list(map(passed, [one] * 10 * FIRST, [watch] * 10 * FIRST))


def test_a_new_process_says_only_that_it_is_ready() -> None:
    watch = Gate()
    with pytest.raises(WorkerError):
        passed(Frame({"kind": "result"}), watch)
    assert passed(Frame({"kind": "ready", "protection": {}}), Gate())
    with pytest.raises(WorkerError):
        passed(Frame({"kind": "ready"}, (ONES,)), Gate())


def test_every_operation_declares_its_answer() -> None:
    from xai_core.worker.operations.base import ANSWERS, OPERATIONS, register_all

    register_all()
    inputs = np.zeros((2, 3, 8, 8), np.float32)
    assert set(ANSWERS) == set(OPERATIONS)
    for name in set(ANSWERS) & {"explain", "predict", "score", "localise", "load", "assess"}:
        assert answer_of(name, {}, (inputs,)).body < 100_000_000
    assert answer_of("explain", {}, (inputs,)).body == inputs.nbytes
