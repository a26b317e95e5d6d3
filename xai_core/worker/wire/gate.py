"""What a process may send just now: between two calls nothing, within one what was declared."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xai_core.worker.wire.answer import PLAIN, Answer, Item, Shape
from xai_core.worker.wire.protocol import lie

FIRST, A_SECOND = 1000, 200  # messages of one call; a worker that is honest sends 20 a second
SHORT = 2**12  # bytes of JSON that tell of progress
NOTE = Answer(text=SHORT)
READY = "ready"


@dataclass(frozen=True)
class Expected:
    """What a call waits for.

    Attributes:
        number: of the call; None: the word that the process is ready.
        preview: the shape of maps that may come while it is computed.
    """

    number: int | None
    answer: Answer = PLAIN
    preview: Shape | None = None
    since: float = field(default_factory=time.monotonic)

    def of(self, kind: object) -> Answer | None:
        """What a message of a kind may hold; None where there is none of it."""
        if self.number is None:
            return NOTE if kind == READY else None
        if kind == "preview":
            return None if self.preview is None else Answer((Item(self.preview),), SHORT)
        return {"result": self.answer, "error": Answer(text=PLAIN.text), "progress": NOTE}.get(
            str(kind)
        )

    @property
    def largest(self) -> tuple[int, int, int]:
        """Text, body and signs that a message may have, whatever its kind."""
        kinds = [one for one in map(self.of, (READY, "result", "error", "preview")) if one]
        sizes = [(one.text, one.body, one.signs) for one in kinds]
        text, body, signs = map(max, zip(*sizes, strict=True))
        return text, body, signs


class Gate:
    """Looks at each message of a process before it is read. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expected: Expected | None = Expected(None)
        self._came = 0

    def open(self, expected: Expected) -> None:
        """From now on these messages may come, until the answer did."""
        with self._lock:
            self._expected, self._came = expected, 0

    def lengths(self, text: int, body: int) -> int:
        """The commas and brackets that JSON of so many bytes may have.

        Raises:
            WorkerError: nothing was asked for, or more comes than was.
        """
        with self._lock:
            expected, self._came = self._expected, self._came + 1
            came = self._came
        if expected is None:
            raise lie("it speaks without being asked")
        if came > FIRST + A_SECOND * (time.monotonic() - expected.since):
            raise lie(f"{came:,} messages for one call")
        most_text, most_body, signs = expected.largest
        if text > most_text or body > most_body:
            most = f"{most_text:,} + {most_body:,}"
            raise lie(f"{text:,} + {body:,} bytes where at most {most} were expected")
        return signs

    def layout(
        self, header: Mapping[str, Any], text: int, arrays: Sequence[tuple[np.dtype[Any], Shape]]
    ) -> None:
        """Let the arrays of a message through.

        Raises:
            WorkerError: it is of another call, of no kind that was expected, or holds what was not.
        """
        with self._lock:
            expected, kind = self._expected, header.get("kind")
            if expected is None or header.get("id") != expected.number:
                raise lie("an answer to another call")
            allowed = expected.of(kind) if isinstance(kind, str) else None
            if allowed is None:
                raise lie("a message of a kind that nobody waits for")
            if text > allowed.text or not allowed.fits(arrays):
                what = f"{kind} that is not one" if kind == "preview" else f"{kind} of another size"
                raise lie(f"a {what}: {[shape for _, shape in arrays]}")
            if kind in ("result", "error", READY):
                self._expected = None
