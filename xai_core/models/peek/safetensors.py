"""The header of a safetensors file: eight bytes of length, then JSON."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

MAX_HEADER = 100_000_000  # the library's own limit


def safetensors_header(path: Path) -> dict[str, Any] | None:
    """Tensor name to dtype, shape and offsets; None for another file. Never raises."""
    try:
        with path.open("rb") as file:
            start = file.read(9)
            if len(start) < 9 or start[8:] != b"{":
                return None
            (length,) = struct.unpack("<Q", start[:8])
            if length > min(MAX_HEADER, path.stat().st_size - 8):
                return None
            header = json.loads(b"{" + file.read(length - 1))
    except (OSError, ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None
