"""A limit on the time of Python code that knows no limits of its own."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from xai_core.base.errors import ModelError


class _Late(BaseException):
    """Not an `Exception`: what runs in the block may swallow those and go on."""


@contextmanager
def deadline(seconds: float, what: str) -> Iterator[None]:
    """Stops the block after `seconds`, at the next step of the interpreter.

    A single call into compiled code may overrun it.

    Raises:
        ModelError: the limit passed (`time-limit`); `what` names the work.
    """
    thread, lock, over = threading.get_ident(), threading.Lock(), False

    def stop() -> None:
        with lock:
            if not over:
                _raise_in(thread, _Late)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                over = True
                _raise_in(thread, None)  # one that is on its way must not arrive later
            timer.cancel()
    except _Late:
        raise ModelError(
            f"{what} took longer than the limit of {seconds:g} s.",
            "Load the model that the file was made from.",
            code="time-limit",
        ) from None


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    error = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
