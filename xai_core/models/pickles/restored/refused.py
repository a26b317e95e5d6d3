"""What stops a restoration: the file asks for more than a saved model does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xai_core.base.errors import ModelError


class RefusedError(Exception):
    """The pickle asks for something that a saved model never asks for."""


@contextmanager
def said() -> Iterator[None]:
    """Inside, a refusal becomes the error of a user.

    Raises:
        ModelError: `unsafe-code`, what the file asked for.
    """
    try:
        yield
    except (RefusedError, RecursionError) as cause:
        asked = str(cause) if isinstance(cause, RefusedError) else "it is nested too deeply."
        raise ModelError(
            f"Loading was refused: {asked}",
            "A saved model never asks for that. Do not use this file.",
            code="unsafe-code",
        ) from cause
