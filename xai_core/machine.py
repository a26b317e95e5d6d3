"""The computer that computed."""

from __future__ import annotations

import os
import platform


def machine() -> str:
    """The computer in a line."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, Python {platform.python_version()}"
