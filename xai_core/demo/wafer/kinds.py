"""What can be wrong on a wafer, and the size of its pictures."""

from __future__ import annotations

NONE = "none"
KINDS = (NONE, "bridge", "break", "missing contact", "particle", "scratch")
SIDE = 128  # pixels
