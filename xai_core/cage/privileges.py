"""Capabilities: what root may do beyond any user. A model's process has none, whoever starts it."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from xai_core.cage.protection import Guard

VERSION = 0x20080522  # of the kernel's interface: two words of 32 bits for each set
SEARCH = 2  # CAP_DAC_READ_SEARCH: reads what the files' modes keep from this user
CAPBSET_DROP, SET_NO_NEW_PRIVS, AMBIENT, CLEAR_ALL = 24, 38, 47, 4
SET_DEATH_SIGNAL, GET_DEATH_SIGNAL = 1, 2
HIGHEST = 63


@contextmanager
def same_death_signal() -> Iterator[None]:
    """A change of rights clears the signal that comes when the parent dies: then set it again."""
    if sys.platform != "linux":
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    signal, parent = ctypes.c_int(), os.getppid()
    libc.prctl(GET_DEATH_SIGNAL, ctypes.byref(signal), 0, 0, 0)
    yield
    libc.prctl(SET_DEATH_SIGNAL, signal.value, 0, 0, 0)
    if signal.value and os.getppid() != parent:  # it died in between
        os._exit(1)


def without_privileges(limits: Guard, needed: Iterable[str]) -> Guard:
    """Give up every capability, and the way to new ones. There is no way back.

    Args:
        limits: the guard that this is a part of. needed: paths of libraries. Where this user reads
            them as root only, that right stays, and the guard of files says which files.
    """
    if sys.platform != "linux":
        return limits
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _forget_new_ones(libc)
        reading = permitted(libc) & 1 << SEARCH
        _keep(libc, 0, allowed=reading)
        hidden = bool(reading) and not all(map(_readable, needed))
        _keep(libc, reading if hidden else 0)
    except OSError as cause:
        return replace(limits, works=False, detail=f"root's rights stay: {cause.strerror}")
    return replace(limits, detail=f"{limits.detail}, no rights of root") if limits.works else limits


def _forget_new_ones(libc: Any) -> None:
    _checked(libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    libc.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0)  # kernels and users that have none refuse
    for number in range(HIGHEST + 1):
        if libc.prctl(CAPBSET_DROP, number, 0, 0, 0) and ctypes.get_errno() == errno.EPERM:
            return  # who may not lower the bound has nothing that it bounds


def permitted(libc: Any) -> int:
    """The capabilities that this thread may use, a bit each. Raises `OSError`."""
    words = (ctypes.c_uint32 * 6)()
    _checked(libc.capget(_header(), words))
    return int(words[1] | words[4] << 32)


def _keep(libc: Any, effective: int, allowed: int | None = None) -> None:
    allowed = effective if allowed is None else allowed
    words = [(effective >> at & 0xFFFFFFFF, allowed >> at & 0xFFFFFFFF, 0) for at in (0, 32)]
    _checked(libc.capset(_header(), (ctypes.c_uint32 * 6)(*words[0], *words[1])))


def _header() -> ctypes.Array[ctypes.c_uint32]:
    return (ctypes.c_uint32 * 2)(VERSION, 0)  # and the process itself


def _readable(path: str) -> bool:
    mode = os.R_OK | (os.X_OK if os.path.isdir(path) else 0)
    return os.access(path, mode, effective_ids=True)


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
