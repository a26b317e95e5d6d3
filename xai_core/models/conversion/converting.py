"""One step of a conversion by another library, within its time and with one kind of error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xai_core.base.errors import ModelError, first_line
from xai_core.models.conversion.deadline import deadline

ORIGINAL = "Load the model that it was exported from."


@contextmanager
def converting(to: str, seconds: float, hint: str = ORIGINAL) -> Iterator[None]:
    """Raises `ModelError`: `converted-unverified` where the library fails, or `time-limit`."""
    try:
        with deadline(seconds, f"Converting the graph to {to}"):
            yield
    except ModelError:
        raise
    except Exception as cause:  # each operation's handler raises what it likes
        raise ModelError(
            f"The graph cannot be converted to {to}: {type(cause).__name__}: {first_line(cause)}",
            hint,
            code="converted-unverified",
        ) from cause
