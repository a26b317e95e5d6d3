"""Which picture of a file that holds several: a frame, or a slice of a volume."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec


@dataclass(frozen=True)
class Part:
    """What is read of a file. frame: from 0. slice: `(axis, index)` of a volume. None: not said."""

    frame: int | None = None
    slice: tuple[int, int] | None = None


WHOLE = Part()


def part_of(spec: InputSpec | None) -> Part:
    """As a spec has it."""
    if spec is None:
        return WHOLE
    return Part(spec.frame, (spec.slice[0], spec.slice[1]) if spec.slice else None)


def frame_of(part: Part, count: int) -> tuple[int, tuple[str, ...]]:
    """Which of `count` frames is read, and what is worth saying of it. Raises `InputError`."""
    if part.frame is None:
        told = f"It has {count:,} frames; the first one was read. Choose another by `--frame`."
        return 0, ((told,) if count > 1 else ())
    if not 0 <= part.frame < count:
        raise InputError(
            f"There is no frame {part.frame}: the file has {count:,}.", "Count them from 0."
        )
    return part.frame, (f"Frame {part.frame} of {count:,} was read.",)


def slice_of(part: Part, shape: tuple[int, ...]) -> tuple[int, int]:
    """The axis and the place on it; the middle of the last axis where nothing is said.

    Raises:
        InputError: there is no such axis, or no such place.
    """
    axis, index = part.slice or (len(shape) - 1, shape[-1] // 2)
    sizes = " × ".join(map(str, shape))
    if not 0 <= axis < len(shape):
        raise InputError(
            f"There is no axis {axis}: the volume is {sizes}.", "Count axes from 0: `--slice 2,40`."
        )
    if not 0 <= index < shape[axis]:
        raise InputError(
            f"There is no slice {index} of axis {axis}: the volume is {sizes}.",
            "Count slices from 0.",
        )
    return axis, index
