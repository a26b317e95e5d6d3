"""Zero padding that one convolution reads is left to the convolution: the same, without a copy.

Padded by p on both sides, a convolution gives what it gives for an input that was padded before.
Where one side needs more than the other, both get the larger number, and the kernel zeros on the
side that needed less: those see the zeros that were not asked for, and add nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.attribution.passes.followed import Followed, asks_for_shape

Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
Call = Callable[..., Any]
PAD = ("input", "pad", "mode", "value")
PLAIN_PAD = ("input", "pad", "value")
CONV = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
PLAIN = {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
UNPADDED = (0, (0,), (0, 0), "valid")


@dataclass(frozen=True)
class Padding:
    """Zeros around the last two axes, as many on each side."""

    left: int
    right: int
    top: int
    bottom: int

    def of(self, tensor: Tensor) -> Tensor:
        """A stand-in for `tensor` with these zeros around it: its shape, and no memory."""
        height, width = tensor.shape[2:]
        size = (height + self.top + self.bottom, width + self.left + self.right)
        return tensor.detach().new_zeros(()).expand(*tensor.shape[:2], *size)

    def suits(self, convolution: Mapping[str, Any]) -> bool:
        """Whether it is worth moving; a larger kernel is, where it has one channel."""
        padding = convolution["padding"]
        if (tuple(padding) if isinstance(padding, list) else padding) not in UNPADDED:
            return False
        if self.left == self.right and self.top == self.bottom:
            return True
        unit = convolution["dilation"] in (1, (1, 1), [1, 1])
        return unit and convolution["weight"].shape[1] == 1

    def into(self, convolution: Mapping[str, Any], unpadded: Tensor) -> dict[str, Any]:
        """The arguments of the same convolution for an input without the zeros."""
        from torch.nn.functional import pad

        across, down = self.right - self.left, self.bottom - self.top
        weight = convolution["weight"]
        if across or down:
            zeros = (max(across, 0), max(-across, 0), max(down, 0), max(-down, 0))
            weight = pad(weight, zeros)
        both = (max(self.top, self.bottom), max(self.left, self.right))
        return {**convolution, "input": unpadded, "weight": weight, "padding": both}


class Pads:
    """Finds the padding that one convolution reads, and nobody else.

    Attributes:
        found: by the number of the padding call.
    """

    def __init__(self) -> None:
        self.found: dict[int, Padding] = {}
        self._read: set[int] = set()
        self._count = 0
        self._followed = Followed[tuple[int, Padding]]()

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`."""
        with Calls(self._handle):
            output = call(inputs)
        self._spoil(self._followed.among(output))
        return output

    def _handle(self, function: Call, args: Args, kwargs: Kwargs) -> Any:
        readers = self._followed.among((args, dict(kwargs)))
        result = function(*args, **kwargs)
        if readers and not asks_for_shape(function, result):
            self._note(function, args, kwargs, readers)
        padded = padding_of(function, args, kwargs)
        if padded is not None:
            self._followed.add(result, (self._count, padded[1]))
            self._count += 1
        return result

    def _note(
        self, function: Call, args: Args, kwargs: Kwargs, readers: list[tuple[int, Padding]]
    ) -> None:
        (at, padding), *more = readers
        convolution = convolution_of(function, args, kwargs)
        if more or convolution is None or at in self._read or not padding.suits(convolution):
            self._spoil(readers)
        else:
            self.found[at] = padding
        self._read.add(at)

    def _spoil(self, readers: list[tuple[int, Padding]]) -> None:
        for at, _ in readers:
            self._read.add(at)
            self.found.pop(at, None)


class Unpadded:
    """A pass in which those paddings are left out, and their convolutions do them.

    Args:
        pads: by the number of the call.

    Attributes:
        strayed: a padding was read by somebody else, so the pass is worth nothing.
    """

    def __init__(self, pads: Mapping[int, Padding]) -> None:
        self.strayed = False
        self._pads = pads
        self._count = 0
        self._pending: dict[int, tuple[Tensor, int]] = {}  # what was to be padded, and its version
        self._followed = Followed[int]()

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`; every padding has to be met, and used."""
        with Calls(self._handle):
            output = call(inputs)
        met = self._pads.keys() <= set(range(self._count)) and not self._pending
        self.strayed |= not met or bool(self._followed.among(output))
        return output

    def _handle(self, function: Call, args: Args, kwargs: Kwargs) -> Any:
        readers = self._followed.among((args, dict(kwargs)))
        if len(readers) == 1 and (moved := self._moved(function, args, kwargs, readers[0])):
            return function(**moved)
        padded = padding_of(function, args, kwargs)
        if padded is not None and (given := self._left_out(*padded)) is not None:
            return given
        return self._read(function, args, kwargs) if readers else function(*args, **kwargs)

    def _read(self, function: Call, args: Args, kwargs: Kwargs) -> Any:
        """Somebody got what is not there, unless only the shape is asked for."""
        before, self.strayed = self.strayed, True
        result = function(*args, **kwargs)
        self.strayed = before or not asks_for_shape(function, result)
        return result

    def _left_out(self, tensor: Tensor, padding: Padding) -> Tensor | None:
        at, self._count = self._count, self._count + 1
        if at not in self._pads:
            return None
        if padding != self._pads[at]:
            self.strayed = True
            return None
        self._pending[at] = tensor, tensor._version
        given = padding.of(tensor)
        self._followed.add(given, at)
        return given

    def _moved(self, function: Call, args: Args, kwargs: Kwargs, at: int) -> dict[str, Any] | None:
        convolution = convolution_of(function, args, kwargs)
        if convolution is None or at not in self._pending:
            return None
        tensor, version = self._pending.pop(at)
        self.strayed |= tensor._version != version
        return self._pads[at].into(convolution, tensor)


def padding_of(function: Call, args: Args, kwargs: Kwargs) -> tuple[Tensor, Padding] | None:
    """What a call puts zeros around, and how many; None for any other call."""
    name = call_name(function)
    if name not in ("pad", "constant_pad_nd"):
        return None
    given = {**dict(zip(PAD if name == "pad" else PLAIN_PAD, args, strict=False)), **kwargs}
    tensor, sides = given.get("input", given.get("self")), tuple(given["pad"])
    if given.get("mode", "constant") != "constant" or (given.get("value") or 0) != 0:
        return None
    if not isinstance(tensor, Tensor) or tensor.ndim != 4 or tensor.is_inference():
        return None
    if len(sides) not in (2, 4):
        return None
    if any(not isinstance(side, int) or side < 0 for side in sides):
        return None
    return tensor, Padding(*sides, *[0] * (4 - len(sides)))


def convolution_of(function: Call, args: Args, kwargs: Kwargs) -> dict[str, Any] | None:
    """All arguments of a call of `conv2d`, by name; None for any other call."""
    if call_name(function) != "conv2d":
        return None
    return {**PLAIN, **dict(zip(CONV, args, strict=False)), **kwargs}
