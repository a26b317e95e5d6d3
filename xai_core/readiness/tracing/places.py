"""Which line of the user's own source made a torch call."""

from __future__ import annotations

import inspect
import linecache
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch

from xai_core.attribution.forward import run

CORE = str(Path(__file__).resolve().parents[2])
GALLERY = str(Path(CORE) / "demo" / "gallery")
TORCH = str(Path(torch.__file__).parent)
LIBRARIES = (sysconfig.get_paths()["stdlib"], "site-packages", "dist-packages")
DECORATED = "decorate_context"  # torch's wrapper for no_grad and inference_mode as decorators
CUSTOM = str(Path(TORCH) / "autograd" / "function.py")


@dataclass(frozen=True)
class Place:
    """A source line. own: the user's, not a library's. custom: in an autograd Function."""

    file: str
    line: int
    function: str
    own: bool = True
    custom: bool = False

    @property
    def where(self) -> str:
        """`adapter.py:37`."""
        return f"{Path(self.file).name}:{self.line}"

    @property
    def text(self) -> str:
        """The line itself, stripped."""
        return linecache.getline(self.file, self.line).strip()


def caller() -> Place | None:
    """The innermost line outside torch and this package, of the forward pass that is running.

    A line of an installed library stands in where the model has no code of its own.
    """
    frame: FrameType | None = sys._getframe(1)
    own: Place | None = None
    library: Place | None = None
    custom = False
    while frame is not None and frame.f_code is not run.__code__:
        file = frame.f_code.co_filename
        if file == CUSTOM:  # what is inside has no graph: where the function is applied counts
            own = library = None
            custom = True
        if own is None and is_own(file):
            own = Place(file, frame.f_lineno, frame.f_code.co_name, True, custom)
        if library is None and not file.startswith((TORCH, CORE)):
            library = Place(file, frame.f_lineno, frame.f_code.co_name, False, custom)
        frame = frame.f_back
    return own or library


def context() -> Place | None:
    """Where the context that is entered just now stands: a `with` line, or a decorator's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not run.__code__:
        if frame.f_code.co_name == DECORATED and "func" in frame.f_locals:
            return _decorator(frame.f_locals["func"])
        if is_own(frame.f_code.co_filename):
            break
        frame = frame.f_back
    return caller()


def _decorator(function: object) -> Place | None:
    plain = inspect.unwrap(function)  # type: ignore[arg-type]
    code = getattr(plain, "__code__", None)
    if code is None:
        return None
    file, first = code.co_filename, code.co_firstlineno
    for line in range(first, first + 10):
        text = linecache.getline(file, line)
        if text.lstrip().startswith("@") and ("grad" in text or "inference" in text):
            return Place(file, line, code.co_name, is_own(file))
    return Place(file, first, code.co_name, is_own(file))


def is_own(file: str) -> bool:
    """Whether a file is the user's: no library, and not this package."""
    if file.startswith("<"):
        return file.startswith("<ipython")
    if file.startswith(GALLERY):
        return True
    return not file.startswith((TORCH, CORE)) and not any(part in file for part in LIBRARIES)
