"""From the numbers in a file to the numbers of a model: which value becomes 0, and which 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.pictures.raster import Pixels

DARK = 1 / 8  # of the range; a picture that uses less of it is nearly flat to the model
CHOOSE = "Choose the data's own range, or give its ends (`--range data`, `--range 0,4095`)"


@dataclass(frozen=True)
class Scale:
    """What was done to the values of one picture.

    Attributes:
        low, high: these became 0 and 1; what lay outside was clipped. None: left as they are.
        seen: lowest and highest value in the picture.
        kind: NumPy's name of the file's number type.
    """

    low: float | None
    high: float | None
    seen: tuple[float, float]
    kind: str

    def applied(self, values: np.ndarray) -> np.ndarray:
        """float32 of the same shape."""
        unit = values.astype(np.float32)
        if self.low is None or self.high is None:
            return unit
        # The difference is taken in double precision: large offsets would swallow the detail.
        if self.low or self.high > 2**20:
            unit = (values.astype(np.float64) - self.low).astype(np.float32)
        return np.clip(unit / np.float32(self.high - self.low), 0.0, 1.0)

    @property
    def told(self) -> str:
        """A sentence for a person."""
        seen = f"The picture has {_kind(self.kind)} from {self.seen[0]:g} to {self.seen[1]:g}"
        if self.low is None:
            return f"{seen}, used as they are."
        return f"{seen}; {self.low:g} becomes 0 and {self.high:g} becomes 1."

    @property
    def warning(self) -> str | None:
        """Why the range is probably not the one that was meant; None where nothing speaks."""
        if self.low is None or self.high is None:
            return None
        width = self.high - self.low
        if self.seen[0] < self.low - width / 256 or self.seen[1] > self.high + width / 256:
            return "Values outside the range are clipped."
        if self.flat:
            used = (self.seen[1] - self.seen[0]) / width
            told = f"The picture uses {used:.1%} of the range: to the model it is nearly flat."
            return f"{told} {CHOOSE}."
        return None

    @property
    def flat(self) -> bool:
        """Whether the picture uses so little of the range that another one was meant."""
        if self.low is None or self.high is None or self.kind in ("uint8", "int8"):
            return False
        return 0 < (self.seen[1] - self.seen[0]) / (self.high - self.low) < DARK


def scale_of(values: Pixels, spec: InputSpec, span: tuple[float, float] | None = None) -> Scale:
    """The scale of a picture, all channels together.

    Args:
        span: what the file calls black and white; it goes before the ends of the number type.

    Raises:
        InputError: numbers with a fraction that leave [0, 1] have no range of their type.
    """
    seen = (float(values.min()), float(values.max()))
    kind = str(values.dtype)
    if spec.range == "raw":
        return Scale(None, None, seen, kind)
    if spec.range == "given":
        return Scale(spec.low, spec.high, seen, kind)
    if spec.range == "data":
        return Scale(seen[0], seen[1] if seen[1] > seen[0] else seen[0] + 1.0, seen, kind)
    if span is not None and span[0] < span[1]:
        return Scale(*span, seen, kind)
    if values.dtype.kind in "iu":
        ends = np.iinfo(values.dtype)
        return Scale(float(ends.min), float(ends.max), seen, kind)
    if seen[0] < 0 or seen[1] > 1:
        raise InputError(
            f"The picture has {_kind(kind)} from {seen[0]:g} to {seen[1]:g}; without a range, 0 to "
            "1 were expected.",
            f"{CHOOSE}, or leave them as they are (`--preset as-is`).",
        )
    return Scale(0.0, 1.0, seen, kind)


def _kind(name: str) -> str:
    bits = np.dtype(name).itemsize * 8
    sign = "signed " if name.startswith("int") else ""
    form = "numbers with a fraction" if name.startswith("float") else "whole numbers"
    return f"{sign}{bits}-bit {form}"
