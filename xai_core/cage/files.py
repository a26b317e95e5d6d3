"""Landlock: reads the libraries and the files lent to it, writes in its own folder, no more."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from xai_core.cage.libraries import devices, readable
from xai_core.cage.protection import Guard

NAME = "files"
# Before the third version truncating any file by its path was not covered.
OLDEST = 3
CORE = Path(__file__).resolve().parents[1]
# What libraries ask about their own process. Its folder tells of others, too: `net`, mounts.
OF_ITSELF = ("auxv", "cmdline", "comm", "maps", "stat", "statm", "status")

_pinned: list[int] = []


def guard_files(home: str, lent: str) -> Guard:
    """Lay the rules on this thread and all that it starts. There is no way back."""
    missing = lacking()
    if missing:
        return Guard(NAME, False, missing)
    if _threads() != 1:
        return Guard(NAME, False, "threads were running before Landlock")
    try:
        _restrict(home, lent)
    except OSError as cause:
        return Guard(NAME, False, f"Landlock refused: {cause.strerror}")
    import landlockpy

    version = landlockpy.abi_version()
    return Guard(NAME, True, f"no file but the model and the libraries (Landlock {version})")


def lacking() -> str | None:
    """What this machine does not have that it takes."""
    if sys.platform != "linux":
        return "Landlock guards files on Linux only"
    try:
        import landlockpy
    except ImportError:
        return "the package landlockpy is not installed"
    version = landlockpy.abi_version()
    return f"this kernel's Landlock is too old ({version} < {OLDEST})" if version < OLDEST else None


def _restrict(home: str, lent: str) -> None:
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = AccessFS.WRITE_FILE | AccessFS.TRUNCATE
    make = AccessFS.MAKE_REG | AccessFS.MAKE_DIR | AccessFS.MAKE_SYM | AccessFS.REFER
    remove = AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR
    with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as rules:
        for path in (*readable(CORE), lent, *_pinned_of_itself()):
            rules.allow_path(path, read if os.path.isdir(path) else AccessFS.READ_FILE)
        for path in devices():
            rules.allow_path(path, AccessFS.READ_FILE | write | AccessFS.IOCTL_DEV)
        rules.allow_path(home, read | write | make | remove)
        rules.restrict()


def of_itself() -> list[str]:
    """What the process may read about itself."""
    return [f"/proc/{os.getpid()}/{name}" for name in OF_ITSELF]


def _pinned_of_itself() -> Iterator[str]:
    # A rule holds on to what it was laid on. The kernel may forget a file of a process and make it
    # anew, without the rule, as long as nobody has it open.
    for path in of_itself():
        with suppress(OSError):  # a kernel that does not tell it
            _pinned.append(os.open(path, os.O_PATH | os.O_CLOEXEC))
            yield path


def _threads() -> int:
    with open("/proc/self/status", "rb") as file:
        return int(file.read().partition(b"Threads:")[2].split()[0])
