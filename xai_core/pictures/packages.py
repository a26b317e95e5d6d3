"""The libraries that some kinds of pictures take, and that not every installation has."""

from __future__ import annotations

import importlib
import logging
from types import ModuleType

from xai_core.base.errors import InputError

INSTALL = "Run `pip install 'pedestal[pictures]'`."


def library(name: str, kind: str) -> ModuleType:
    """A module, imported when the first picture of its kind is read.

    What it logs is nobody's business: it may quote the file, and what stands there of people.

    Raises:
        InputError: `missing-package`.
    """
    for root in (name.partition(".")[0], "pylibjpeg"):
        log = logging.getLogger(root)
        log.propagate = False
        if not log.handlers:
            log.addHandler(logging.NullHandler())
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise InputError(
            f"{kind} is read with the package {name.partition('.')[0]}, which is not installed.",
            INSTALL,
            code="missing-package",
        ) from cause
