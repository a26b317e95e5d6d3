"""A picture as its file has it: whatever channels, whatever numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Shaped

from xai_core.base.errors import InputError
from xai_core.base.input_spec import MAX_CHANNELS, MAX_PIXELS

MAX_BYTES = 400_000_000  # of a decoded picture: 50 million pixels of RGB in 16 bit, and some
Pixels = Shaped[np.ndarray, "h w c"]


@dataclass(frozen=True)
class Raster:
    """Pixels of a file, upright.

    Attributes:
        values: `[H, W, C]` of any integer or floating type, finite.
        alpha: the last channel is opacity.
        turned: the same with its first axis as channels and not its last, where an array leaves
            it open which one was meant.
        span: which values the file itself calls black and white, where it does.
        notes: what reading the file gave up, in sentences.
    """

    values: Pixels
    alpha: bool = False
    turned: Pixels | None = None
    notes: tuple[str, ...] = ()
    span: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        values = self.values
        if values.dtype.kind == "b":
            object.__setattr__(self, "values", values.view(np.uint8) * np.uint8(255))
        elif values.dtype.kind not in "iuf":
            raise InputError(
                f"Whole or fractional numbers were expected, not {values.dtype.name}.",
                "Save the picture as unsigned integers or float32.",
            )
        if values.ndim != 3 or 0 in values.shape:
            raise InputError(f"A picture [H, W, C] was expected, not {list(values.shape)}.")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise InputError(
                "The picture has values that are not finite.", "Replace NaN and infinity first."
            )

    @property
    def channels(self) -> int:
        """How many, opacity included."""
        return int(self.values.shape[2])

    @property
    def size(self) -> tuple[int, int]:
        """`(width, height)` in pixels."""
        return int(self.values.shape[1]), int(self.values.shape[0])

    @property
    def photo(self) -> bool:
        """Grey or colour, with opacity or without: its channels are no matter of choice."""
        return self.alpha or self.channels in (1, 3)

    def with_notes(self, *notes: str) -> Raster:
        """The same with more to tell."""
        return replace(self, notes=(*self.notes, *notes))


def check_size(height: int, width: int, channels: int, item_bytes: int) -> None:
    """Refuse what would fill the memory, before it is decoded.

    Raises:
        InputError: above `MAX_PIXELS`, `MAX_CHANNELS` or `MAX_BYTES`.
    """
    if min(height, width, channels) < 1:
        raise InputError(f"A picture of {height} × {width} × {channels} has no pixels.")
    if height * width > MAX_PIXELS:
        raise too_large()
    if channels > MAX_CHANNELS:
        raise InputError(
            f"The picture has {channels:,} channels; at most {MAX_CHANNELS} are read.",
            "Save those that the model takes.",
        )
    if height * width * channels * item_bytes > MAX_BYTES:
        raise InputError(
            f"The picture takes more than {MAX_BYTES // 1_000_000} MB once it is decoded.",
            "Scale it down first, or save fewer channels or smaller numbers.",
        )


def too_large() -> InputError:
    """Of a picture with too many pixels."""
    return InputError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Scale it down first; models see a few hundred pixels a side.",
    )
