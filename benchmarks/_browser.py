"""The browser that pages are measured in."""

from __future__ import annotations

import shutil

FLAGS = ["--no-sandbox", "--disable-gpu"]
PATIENCE_MS = 120_000


def chromium() -> str:
    """The system's Chromium."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        raise SystemExit("There is no Chromium. `make test` installs it.")
    return found
