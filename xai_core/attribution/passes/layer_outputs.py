"""Who reads the outputs of convolutions and linear layers in a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.attribution.passes.fixed_norm import FixedNorm, norm_of
from xai_core.attribution.passes.followed import Followed, asks_for_shape
from xai_core.attribution.passes.padding import convolution_of
from xai_core.attribution.passes.rectified import Rectifier, rectifier_of
from xai_core.targets.nested import tensors

Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
Call = Callable[..., Any]
LAYERS = ("conv1d", "conv2d", "conv3d", "linear")
OWN = ("input", "weight", "bias")


@dataclass(frozen=True)
class Layer:
    """A call of a convolution or a linear layer. more, named: its other arguments."""

    input: Tensor
    weight: Tensor
    bias: Tensor | None
    more: tuple[Any, ...]
    named: Mapping[str, Any]

    def run(self, function: Call) -> Tensor:
        """The call."""
        result: Tensor = function(self.input, self.weight, self.bias, *self.more, **self.named)
        return result

    def named_for(self, function: Call) -> dict[str, Any] | None:
        """All its arguments by name, where it is a `conv2d`."""
        own = (self.input, self.weight, self.bias)
        return convolution_of(function, (*own, *self.more), self.named)


Run = Callable[[], Tensor]


@dataclass(frozen=True)
class Output:
    """Of the layer call with this number, as it is or with the norm behind it."""

    at: int
    normed: bool = False


class LayerOutputs:
    """A pass in which each layer call has a number, and its output is followed to its readers."""

    def __init__(self) -> None:
        self._count = 0
        self._followed = Followed[Output]()

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`."""
        own = inputs.clone()  # models may work on their input in place
        with Calls(self._handle):
            output = call(own)
        for one in self._followed.among([tensor for _, tensor in tensors(output)]):
            self.read(one)
        return output

    def made(self, at: int, function: Call, layer: Layer) -> Tensor:
        """What a layer call gives."""
        return layer.run(function)

    def output(self, at: int, result: Tensor) -> Tensor | None:
        """What the call gives, and what shall be given and followed; None to let it go."""
        return result

    def norm(self, of: Output, norm: FixedNorm, tensor: Tensor, run: Run) -> Tensor:
        """A norm reads `tensor`, that output; what it shall give, by itself `run()`."""
        return run()

    def rectifier(self, of: Output, rectifier: Rectifier, tensor: Tensor, run: Run) -> Tensor:
        """A rectifier reads it; what it shall give."""
        return run()

    def read(self, one: Output) -> None:
        """Something else reads it."""

    def _handle(self, function: Call, args: Args, kwargs: Kwargs) -> Any:
        run = partial(function, *args, **kwargs)
        norm, rectifier = norm_of(function, args, kwargs), rectifier_of(function, args, kwargs)
        if norm and (own := self._followed.among(norm[0])):
            return self.norm(own[0], norm[1], norm[0], run)
        if rectifier and (own := self._followed.among(rectifier[0])):
            return self.rectifier(own[0], rectifier[1], rectifier[0], run)
        readers = self._followed.among((args, dict(kwargs)))
        layer = _layer(function, args, kwargs)
        result = run() if layer is None else self._run(function, layer)
        if not asks_for_shape(function, result):
            for one in readers:
                self.read(one)
        return result

    def _run(self, function: Call, layer: Layer) -> Any:
        at, self._count = self._count, self._count + 1
        result = self.made(at, function, layer)
        given = self.output(at, result) if _channels_second(result, layer.weight) else None
        if given is None:
            return result
        self._followed.add(given, Output(at))
        return given


def _layer(function: Call, args: Args, kwargs: Kwargs) -> Layer | None:
    if call_name(function) not in LAYERS:
        return None
    named = dict(kwargs)
    own = [*args[: len(OWN)], *(named.pop(name, None) for name in OWN[len(args) :])]
    numbers = own[1:] if own[2] is not None else own[1:2]
    if any(not isinstance(one, Tensor) or one.is_inference() for one in numbers):
        return None
    return Layer(own[0], own[1], own[2], args[len(OWN) :], named)


def _channels_second(result: Any, weight: Tensor) -> bool:
    """False for one sample without a batch axis, and for a linear layer over tokens."""
    return isinstance(result, Tensor) and result.ndim == weight.ndim
