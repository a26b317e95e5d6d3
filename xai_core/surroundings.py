"""What computes: the machine and the versions of the libraries."""

from __future__ import annotations

import importlib.metadata
import os
import platform

LIBRARIES = ("torch", "captum", "quantus", "numpy")


def versions() -> dict[str, str]:
    """Of the libraries that compute."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def machine() -> str:
    """The computer in a line."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, Python {platform.python_version()}"
