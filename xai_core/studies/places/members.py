"""Members of archives: which of them are refused before a byte is read, and what they are called.

A name in an archive is text and never a path: what is copied out is called by digits.
"""

from __future__ import annotations

from xai_core.base.limits import MB
from xai_core.pictures.archive import MAX_PICTURE_BYTES

MAX_NAME = 1000


def refusal(name: str, size: int, *, link: bool = False, encrypted: bool = False) -> str | None:
    """Why a member that is called as a picture is none for us; None where it may be one.

    Args:
        size: in bytes, as the archive declares it.
    """
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        return "Its name leads out of the archive."
    if link:
        return "It is a link, or no plain file. Pack the file itself."
    if encrypted:
        return "It is encrypted. Pack it without a password."
    if size > MAX_PICTURE_BYTES:
        return f"It has more than {MAX_PICTURE_BYTES // MB} MB. Scale the picture down first."
    return None


def readable(name: str) -> str:
    """A name as it can be shown and kept: no control characters, and not without end."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in name)
    return plain if len(plain) <= MAX_NAME else f"…{plain[1 - MAX_NAME :]}"
