"""What libraries say about a file: on one line each, once, without a path of this installation."""

from __future__ import annotations

import logging
import re
import site
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xai_core.base.text import one_line
from xai_core.cli.console import tell

MOST = 3  # a broken picture has one for each of its entries
LONGEST = 300


@contextmanager
def in_short() -> Iterator[None]:
    """While a command runs; what shows warnings and log lines afterwards is what did before."""
    told: list[str] = []

    def say(text: object) -> None:
        line = without_paths(text)
        if line in told:
            return
        told.append(line)
        if len(told) <= MOST:
            tell(f"note: {line}")

    shown, last = warnings.showwarning, logging.lastResort
    # The file and the line that warned are left out.
    warnings.showwarning = lambda message, *_, **__: say(message)
    logging.lastResort = _Short(say)
    try:
        yield
    finally:
        warnings.showwarning, logging.lastResort = shown, last


def without_paths(text: object) -> str:
    """One line that names no folder of the installation."""
    line = one_line(text)
    for folder in _folders():
        line = re.sub(re.escape(folder) + r"(?=[/\\\s'\":;,)]|$)", "…", line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _folders() -> list[str]:
    """The longest first: one lies in another."""
    here = str(Path(__file__).resolve().parents[2])
    found = {sys.prefix, sys.base_prefix, sys.exec_prefix, here, site.getuserbase()}
    found |= {*sysconfig.get_paths().values(), *site.getsitepackages()}
    found |= {str(Path(one).resolve()) for one in found}
    return sorted((one for one in found if len(one) > 1), key=len, reverse=True)


class _Short(logging.Handler):
    """For log lines that no handler takes: warnings and what is worse."""

    def __init__(self, say: Callable[[object], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Without the traceback, which names files."""
        try:
            self._say(record.getMessage())
        except Exception:  # what a library logs must not end the command
            self.handleError(record)
