"""The processes of models below the servers of these tests."""

from __future__ import annotations

from contextlib import suppress

import psutil


def processes() -> list[psutil.Process]:
    """Those that run now."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(word.endswith("bootstrap.py") for word in process.cmdline()):
                found.append(process)
    return found


def kill() -> None:
    """As the system does when memory is short: all, whatever they do."""
    for process in processes():
        with suppress(psutil.Error):
            process.kill()
