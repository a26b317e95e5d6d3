"""Who reads the outputs of convolutions and linear layers in a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from xai_core.methods.autograd.calls import Calls, call_name
from xai_core.methods.autograd.followed import Followed, asks_for_shape
from xai_core.methods.fixed_norm import FixedNorm, norm_of

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


Numbers = Callable[[int, FixedNorm, Layer], tuple[Tensor, Tensor]]


class LayerOutputs:
    """A pass in which each layer call has a number, and its output is followed to its readers."""

    def __init__(self) -> None:
        self._count = 0
        self._followed = Followed[int]()

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`."""
        own = inputs.clone()  # models may work on their input in place
        with Calls(self._handle):
            output = call(own)
        for at in self._followed.among(output):
            self.read(at)
        return output

    def layer(self, at: int, layer: Layer) -> Layer:
        """What a layer call is made of, and what it shall be made of."""
        return layer

    def output(self, at: int, result: Tensor) -> Tensor | None:
        """What the call gives, and what shall be given and followed; None to let it go."""
        return result

    def norm(self, at: int, norm: FixedNorm, output: Tensor) -> Tensor | None:
        """A norm reads the output of a layer call; what it shall give, None to let it run."""

    def read(self, at: int) -> None:
        """Something else reads it."""

    def _handle(self, function: Call, args: Args, kwargs: Kwargs) -> Any:
        found = norm_of(function, args, kwargs)
        if found is not None and (own := self._followed.among(found[0])):
            given = self.norm(own[0], found[1], found[0])
            return function(*args, **kwargs) if given is None else given
        readers = self._followed.among((args, dict(kwargs)))
        layer = _layer(function, args, kwargs)
        result = function(*args, **kwargs) if layer is None else self._run(function, layer)
        if not asks_for_shape(function, result):
            for at in readers:
                self.read(at)
        return result

    def _run(self, function: Call, layer: Layer) -> Any:
        at, self._count = self._count, self._count + 1
        layer = self.layer(at, layer)
        result = function(layer.input, layer.weight, layer.bias, *layer.more, **layer.named)
        given = self.output(at, result) if _channels_second(result, layer.weight) else None
        if given is None:
            return result
        self._followed.add(given, at)
        return given


class NormsBehind(LayerOutputs):
    """Finds the layer calls whose output one batch normalisation reads, and nobody else.

    Attributes:
        norms: by the number of the call.
    """

    def __init__(self) -> None:
        super().__init__()
        self.norms: dict[int, FixedNorm] = {}
        self._spoiled: set[int] = set()

    def norm(self, at: int, norm: FixedNorm, output: Tensor) -> None:
        """Remember it, where it is the first reader and made for these channels."""
        if at in self.norms or at in self._spoiled or not norm.fits(output):
            self.read(at)
        else:
            self.norms[at] = norm

    def read(self, at: int) -> None:
        """This call's output is needed as it is."""
        self._spoiled.add(at)
        self.norms.pop(at, None)


class FoldedPass(LayerOutputs):
    """Gives those calls their folded numbers, and takes the norms behind them out.

    Until its norm asks for it, a folded output is hidden behind another tensor of the same values:
    whoever else reads that would get the wrong thing.

    Args:
        norms: by the number of the call. numbers: `(call, norm, layer)` -> weight and bias.

    Attributes:
        strayed: somebody else did, so the pass is worth nothing.
    """

    def __init__(self, norms: Mapping[int, FixedNorm], numbers: Numbers) -> None:
        super().__init__()
        self.strayed = False
        self._norms = dict(norms)
        self._numbers = numbers
        self._hidden: dict[int, Tensor] = {}

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`; every norm has to be met."""
        output = super().run(call, inputs)
        self.strayed |= bool(self._norms)
        return output

    def layer(self, at: int, layer: Layer) -> Layer:
        """With its norm in it."""
        if at not in self._norms:
            return layer
        weight, bias = self._numbers(at, self._norms[at], layer)
        return replace(layer, weight=weight, bias=bias)

    def output(self, at: int, result: Tensor) -> Tensor | None:
        """Something to hide it behind."""
        if at not in self._norms:
            return None
        self._hidden[at] = result
        return result.detach()

    def norm(self, at: int, norm: FixedNorm, output: Tensor) -> Tensor | None:
        """The output is normalised already."""
        if at not in self._norms or not norm.is_(self._norms[at]):
            self.strayed = True
            return None
        del self._norms[at]
        return self._hidden.pop(at)

    def read(self, at: int) -> None:
        """Somebody got what is not there."""
        self.strayed = True


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
