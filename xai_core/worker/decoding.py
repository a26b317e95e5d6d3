"""Pictures, arrays and texts of strangers are read in a process of their own, within limits.

What a broken or hostile file does to its decoder it does there: the caller gets the result or a
sentence. A process serves one owner, and is never handed on to another.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from xai_core.base.errors import InputError, WorkerError
from xai_core.base.input_spec import InputSpec
from xai_core.cage.plan import GIB
from xai_core.cage.protection import Protection
from xai_core.pictures import preprocessing
from xai_core.pictures.demo import demo_pictures, picture_file
from xai_core.pictures.preprocessing import Prepared
from xai_core.pictures.raster import Raster
from xai_core.worker.connection import Connection
from xai_core.worker.operations.decoding import Look
from xai_core.worker.process.budget import Budget
from xai_core.worker.serving.pool import Pool
from xai_core.worker.wire.codec import encode

T = TypeVar("T")
SECONDS = 20.0  # that one file may take
SLOW_SECONDS = 1.0  # after so many it lets all others go first
MEMORY = 5 * GIB // 2
MOST_FILE = 2**29  # bytes of a file
MOST_AT_ONCE = 32  # owners whose files are read at one time
IDLE_SECONDS = 10.0
SAVE = "Save it again as PNG, JPEG or .npy, and smaller."
ENDED = "The file ended the process that read it."
Source = bytes | str | Path


class Decoder:
    """A process that reads one owner's files. A new one takes its place after a crash or a limit.

    `beside`: a worker's budget, whose cores, GPU and `ahead` hold here, too.

    Raises (all calls):
        InputError: the file is broken, too large, of another kind, or took too much time or memory.
        WorkerError: a process cannot be started, or this decoder is closed.
    """

    def __init__(self, beside: Budget | None = None) -> None:
        budget = Budget(MEMORY, GIB // 4, 256)
        if beside is not None:
            budget = replace(budget, cores=beside.cores, gpu=beside.gpu, ahead=beside.ahead)
        self._connection = Connection(SECONDS, budget)

    def look(self, source: Source, spec: InputSpec | None = None) -> Look:
        """What a picture is, once it was decoded whole. spec: names a frame or slice."""
        return self._ask(Look, "look_at_picture", _told(spec), source)

    def raster(
        self, source: Source, most: int | None = None, spec: InputSpec | None = None
    ) -> Raster:
        """A picture as its file has it. most: pixels, by leaving rows and columns out."""
        return self._ask(Raster, "decode_picture", {"most": most, **_told(spec)}, source)

    def prepared(self, source: Source, spec: InputSpec) -> Prepared:
        """A picture as a model gets it."""
        found = self._ask(Prepared, "prepare_picture", {"spec": encode(spec, [])}, source)
        top, left, bottom, right = found.content
        if not (0 <= top < bottom <= spec.height and 0 <= left < right <= spec.width):
            self._connection.process.kill()
            raise InputError(ENDED, SAVE, code="crashed")
        return found

    def mask(self, source: Source, size: tuple[int, int], spec: InputSpec) -> str:
        """A mask for a picture of a size, as text."""
        return self._ask(
            str, "mask_of_picture", {"size": list(size), "spec": encode(spec, [])}, source
        )

    def class_names(self, data: bytes) -> tuple[str, ...]:
        """The names in a text, JSON or CSV file."""
        return self._ask(tuple[str, ...], "read_class_names", {}, data)

    def png_text(self, data: bytes, key: str) -> str | None:
        """A text chunk of a PNG; None where there is none."""
        return next(iter(self._ask(tuple[str, ...], "png_text", {"key": key}, data)), None)

    @property
    def protection(self) -> Protection:
        """What the process is kept from, and what not; waits until it has started."""
        return self._connection.started()

    def close(self) -> None:
        """End the process."""
        self._connection.close()

    def _ask(self, kind: type[T], operation: str, params: Mapping[str, Any], source: Source) -> T:
        array = np.frombuffer(_bytes_of(source), np.uint8)
        try:
            try:
                return self._once(kind, operation, params, array)
            except WorkerError as error:
                if error.code != "crashed":
                    raise
                # It may have died before, of something else: twice is no accident.
                return self._once(kind, operation, params, array)
        except WorkerError as error:
            raise _sentence(error) from error

    def _once(
        self, kind: type[T], operation: str, params: Mapping[str, Any], array: np.ndarray
    ) -> T:
        self._connection.started()
        with _yielding(self._connection):
            return self._connection.ask(kind, operation, params, (array,))


def _told(spec: InputSpec | None) -> dict[str, Any]:
    return {} if spec is None else {"spec": encode(spec, [])}


def _sentence(error: WorkerError) -> Exception:
    if error.code in ("start-failed", "closed"):
        return error
    why = {
        "time-limit": f"Reading the file took longer than {SECONDS:g} seconds and was given up.",
        "memory-limit": "Reading the file took too much memory and was given up.",
        "resource-limit": "Reading the file took too much of the machine and was given up.",
    }.get(error.code, ENDED)
    return InputError(why, SAVE, code=error.code)


@contextmanager
def _yielding(connection: Connection) -> Iterator[None]:
    """What takes long gives way to all others; its process is not used again."""
    slow = threading.Event()

    def give_way() -> None:
        slow.set()
        with contextlib.suppress(OSError, AttributeError):  # it is gone; not on Windows
            os.setpriority(os.PRIO_PROCESS, connection.process.pid, 15)

    timer = threading.Timer(SLOW_SECONDS, give_way)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if slow.is_set():
            connection.process.kill()


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, bytes):
        return source
    path = picture_file(source)
    try:
        if path.is_file() and path.stat().st_size > MOST_FILE:
            raise InputError(
                f"{path.name} has {path.stat().st_size / 1e6:,.0f} MB; at most "
                f"{MOST_FILE / 1e6:,.0f} MB are read.",
                SAVE,
            )
        with path.open("rb") as file:
            return file.read(MOST_FILE)
    except OSError as cause:
        raise InputError(
            f"The picture {path} cannot be read: {cause.strerror}.", "Check the path."
        ) from cause


def decoder_pool() -> Pool[Hashable, Decoder]:
    """A decoder for each owner who reads just now: what one hands over keeps no other waiting."""
    return Pool(MOST_AT_ONCE, lambda owner, cancel: Decoder(), Decoder.close, idle=IDLE_SECONDS)


def comes_along(source: Source) -> bool:
    """Whether it is a photo that this program brings itself: nobody can have changed that."""
    with contextlib.suppress(InputError):  # there are none where their package is not installed
        return not isinstance(source, bytes) and picture_file(source) in demo_pictures()
    return False


_own = decoder_pool()


def open_picture(source: Source, spec: InputSpec | None = None) -> Raster:
    """Decode a picture or an array in a process of its own. By its bytes, never by its name.

    Args:
        source: the file's bytes or its path; `"rocket"`, `"cat"` and `"coffee"` are demo photos.
        spec: says which frame or slice, of a file with several.

    Raises:
        InputError: not a picture, of another format, broken, too large, or it took too long.
        WorkerError: no process can be started.
    """
    if comes_along(source):
        return preprocessing.open_picture(source, spec)
    with _own.borrow("own") as decoder:
        return decoder.raster(source, spec=spec)


def look_at(source: Source) -> None:
    """Decode a picture as `open_picture` does, and see only whether that works."""
    if comes_along(source):
        preprocessing.open_picture(source)
        return
    with _own.borrow("own") as decoder:
        decoder.look(source)
