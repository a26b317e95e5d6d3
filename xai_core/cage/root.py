"""Whether this program runs as root, which its model processes then do, too."""

from __future__ import annotations

import os

SENTENCE = (
    "This program runs as root. The processes of models give up root's rights, but not its files: "
    "run it as a user of its own, or in the container, which does"
)


def as_root() -> str | None:
    """A sentence without its full stop for whoever starts it; None for any other user."""
    return SENTENCE if getattr(os, "geteuid", lambda: -1)() == 0 else None
