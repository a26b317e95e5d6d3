"""A model of several inputs: the picture's stays free, the others are fixed to a number or a file.

Written `NAME = NUMBER`, `NAME = NUMBER @ 1,16` (its shape) or `NAME = FILE`. An array is used as it
is; a picture goes through the preprocessing of the explained one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.errors import InputError, ModelError
from xai_core.base.input_spec import MAX_PIXELS, InputSpec

WRITTEN = re.compile(
    r"\s*(?P<name>[^\s=@]+)\s*=\s*(?P<value>[^@]+?)\s*(?:@\s*(?P<shape>[\d,x× ]+))?\s*"
)
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
FORM = "Write NAME = NUMBER, NAME = NUMBER @ 1,16 with its shape, or NAME = FILE."
Size = int | None


@dataclass(frozen=True)
class OtherInput:
    """One input that is not explained.

    Attributes:
        number: its value everywhere; None where a file says it. whole: it is an integer.
        shape: with the batch axis; None takes what the model says, else no axes at all.
        file: `.npy` or a picture. called: what the user calls it, where that is not its name.
    """

    name: str
    number: float | None = None
    whole: bool = False
    shape: tuple[int, ...] | None = None
    file: Path | None = None
    called: str = field(default="", compare=False)

    @staticmethod
    def of_text(text: str, files: Mapping[str, Path] | None = None) -> OtherInput:
        """As a person writes it. files: by the name that stands in the text; None is the disk.

        Raises:
            InputError: it is written otherwise, or there is no such file.
        """
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise InputError(f"{text.strip()!r} says nothing about an input.", FORM)
        name, value = found["name"], found["value"]
        sizes = re.findall(r"\d+", found["shape"] or "")
        shape = tuple(int(size) for size in sizes) if found["shape"] else None
        if NUMBER.fullmatch(value):
            whole = value.lstrip("+-").isdecimal()
            return OtherInput(name, float(value), whole, _bounded(shape))
        file = Path(value) if files is None else files.get(value)
        if file is None or not file.is_file():
            known = f" There are: {', '.join(files)}." if files else ""
            raise InputError(f"There is no file {value}.{known}", FORM)
        return OtherInput(name, file=file, called=value if files is not None else "")

    def __str__(self) -> str:
        value = self.title if self.file else f"{self.number:.15g}" + "." * self._fraction
        shape = f" @ {','.join(map(str, self.shape))}" if self.shape else ""
        return f"{self.name} = {value}{shape}"

    @property
    def title(self) -> str:
        """What messages call its file: an upload is named by its hash on disk."""
        return self.called or (self.file.name if self.file else "")

    @property
    def _fraction(self) -> bool:
        return not self.whole and float(self.number or 0).is_integer()


def array_of(
    other: OtherInput,
    spec: InputSpec,
    sizes: Sequence[Size] | None = None,
    kind: np.dtype[Any] | None = None,
) -> np.ndarray:
    """The value of an input.

    Args:
        spec: of the explained picture. sizes, kind: what the model says of this input; None where
            it says nothing, as for a size that it leaves open.

    Raises:
        InputError: the file cannot be read, or is of another shape than the model takes.
    """
    if other.file is not None:
        found = _of_file(other.file, other.title, _sized(spec, sizes))
    else:
        shape = other.shape if other.shape is not None else _filled(sizes or (), spec)
        _bounded(shape)
        found = np.full(shape, other.number, np.int64 if other.whole else np.float32)
    if sizes is not None and not _fits(found.shape, sizes):
        raise InputError(
            f"The input {other.name} takes {told(sizes)}; {told(found.shape)} was given.",
            "Give an array of that shape, with its batch axis.",
        )
    return found if kind is None else found.astype(kind)


def check_names(names: Sequence[str], others: Iterable[OtherInput], sizes: Any = None) -> str:
    """The one input that stays for the picture. names: those that have to be given.

    Raises:
        ModelError: `other-inputs`, it is not one. InputError: a name is not among them.
    """
    fixed = [other.name for other in others]
    strange = [name for name in fixed if name not in names]
    if strange or len(set(fixed)) < len(fixed):
        raise InputError(
            f"The model has no input {strange[0]}." if strange else "An input is fixed twice.",
            f"Its inputs are: {', '.join(names)}.",
        )
    left = [name for name in names if name not in fixed]
    if len(left) == 1:
        return left[0]
    listed = ", ".join(f"{name} {told(sizes[name])}" if sizes else name for name in names)
    example = f"{left[-1]} = 0" if left else "all but the picture"
    raise ModelError(
        f"The model takes {len(names)} inputs ({listed}), and {len(left)} of them "
        f"{'is' if len(left) == 1 else 'are'} left for the picture.",
        f"Fix the others to a number or a file: {example} (`--input '{example}'`). One that is "
        "fixed to a picture can be explained beside the first.",
        code="other-inputs",
        inputs=list(names),
    )


def lent_inputs(others: Iterable[OtherInput], places: Iterable[Path]) -> tuple[OtherInput, ...]:
    """The same with other paths for their files, in their order."""
    given = iter(places)
    return tuple(replace(one, file=next(given)) if one.file else one for one in others)


def told(sizes: Sequence[Size]) -> str:
    """A shape for a person."""
    return " × ".join("any" if size is None else str(size) for size in sizes) or "a single number"


def _filled(sizes: Sequence[Size], spec: InputSpec) -> tuple[int, ...]:
    """With the picture's sizes for those that another picture leaves open, else 1."""
    places = [place for place, size in enumerate(sizes) if size is None and place > 0]
    found = {place: 1 for place, size in enumerate(sizes) if size is None}
    if len(sizes) == 4 and 2 <= len(places) <= 3:
        found |= dict(zip(places, spec.shape[-len(places) :], strict=True))
    return tuple(size if size is not None else found[place] for place, size in enumerate(sizes))


def is_picture(other: OtherInput) -> bool:
    """Whether a file is prepared as the explained picture is, and not an array as it is."""
    return other.file is not None and not _is_array(other.file.read_bytes())


def in_channels(spec: InputSpec, channels: int) -> InputSpec:
    """For a picture of so many channels, in the same size."""
    if channels == spec.channels:
        return spec
    other = InputSpec.for_shape(channels, spec.height, spec.width)
    return replace(other, fit=spec.fit, resize=spec.resize, padding=spec.padding)


def _sized(spec: InputSpec, sizes: Sequence[Size] | None) -> InputSpec:
    """For a picture of the sizes `[B, C, H, W]` that the model says, where it says them."""
    if sizes is None or len(sizes) != 4 or sizes[1] not in (1, 2, 3, 4):
        return spec
    found = in_channels(spec, sizes[1])
    height, width = sizes[2] or spec.height, sizes[3] or spec.width
    if (height, width) == (spec.height, spec.width):
        return found
    resize = InputSpec.for_shape(found.channels, height, width).resize
    return replace(found, height=height, width=width, resize=resize)


def _is_array(data: bytes) -> bool:
    from xai_core.pictures.readers import numpy_array

    return numpy_array.NumpyArray().recognise(data)


def _of_file(file: Path, title: str, spec: InputSpec) -> np.ndarray:
    from xai_core.pictures.preprocessing import open_picture, prepare
    from xai_core.pictures.readers import numpy_array

    data = file.read_bytes()
    if not _is_array(data):
        return prepare(open_picture(data), spec).inputs
    array = numpy_array.array_of(data)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{title} has values that are not finite.", "Replace them first.")
    return array.astype(np.float32) if array.dtype.kind == "f" else array.copy()


def _fits(shape: Sequence[int], sizes: Sequence[Size]) -> bool:
    return len(shape) == len(sizes) and all(
        size in (None, given) or (place == 0 and given == 1)
        for place, (given, size) in enumerate(zip(shape, sizes, strict=True))
    )


def _bounded(shape: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if shape is not None and (0 in shape or len(shape) > 8 or math.prod(shape) > MAX_PIXELS):
        raise InputError(f"An input of {told(shape)} cannot be filled with a number.", FORM)
    return shape
