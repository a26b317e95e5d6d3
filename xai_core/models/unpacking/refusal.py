"""The limits of a package that is unpacked, and what is said where it keeps them not."""

from __future__ import annotations

from xai_core.base.errors import ModelError

MAX_ENTRIES = 5_000
MAX_DEPTH = 16
MAX_NAME = 200  # bytes of one part of a path
MAX_BYTES = 4 * 2**30
ALWAYS_BYTES, MAX_RATIO = 64 * 2**20, 200  # weights hardly get smaller by being packed
LEAVE = "Leave files and folders only, and no links; or give the model file by itself."


def refused(what: str, entry: str = "") -> ModelError:
    """It breaks a rule: `unsafe-code`."""
    told = f" ({entry[:MAX_NAME]!r})" if entry else ""
    return ModelError(
        f"The archive is not unpacked: {what}{told}.", LEAVE, code="unsafe-code", entry=entry
    )


def damaged(cause: object) -> ModelError:
    """It breaks off, or is not what it begins as."""
    return ModelError(
        f"The archive breaks off or is damaged: {cause}.",
        "Copy or download the file again, or pack it again.",
        code="corrupt-file",
    )


def check_name(name: str) -> None:
    """Raises `ModelError` for a path that leads out, lies too deep, or has too long a part."""
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or ":" in name or ".." in parts or "\0" in name:
        raise refused("an entry leads out of it", name)
    if len(parts) - 1 > MAX_DEPTH:
        raise refused("an entry lies too deep", name)
    if any(len(part.encode(errors="replace")) > MAX_NAME for part in parts):
        raise refused("a name is too long", name)


def most_bytes(packed: int) -> int:
    """That may come of an archive of a size."""
    return min(MAX_BYTES, max(ALWAYS_BYTES, packed * MAX_RATIO))
