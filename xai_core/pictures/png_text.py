"""A text chunk of a PNG, whose pixels are not decoded."""

from __future__ import annotations

import io
import warnings

from PIL import Image

MAX_CHARACTERS = 600_000


def text_of(data: bytes, key: str) -> str | None:
    """The text under `key`, at most one character longer than is read; None where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                found = picture.info.get(key)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None  # no PNG, or none that can be read: whoever decodes it says why
    return None if found is None else str(found)[: MAX_CHARACTERS + 1]
