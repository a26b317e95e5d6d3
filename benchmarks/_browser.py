"""The browser that pages are measured in."""

from __future__ import annotations

from tests.chromium import chromium as installed

FLAGS = ["--no-sandbox", "--disable-gpu"]
PATIENCE_MS = 120_000


def chromium() -> str:
    """The system's Chromium."""
    found = installed()
    if found is None:
        raise SystemExit("There is no Chromium. `make test` installs it.")
    return found
