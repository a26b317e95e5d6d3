"""The browser of the system that tests, benchmarks and screenshots drive."""

from __future__ import annotations

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")


def chromium() -> str | None:
    """Its path: without its window where that is installed by itself; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
