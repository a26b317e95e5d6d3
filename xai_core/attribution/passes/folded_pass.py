"""A forward pass in which layers do the work of what stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.fixed_norm import FixedNorm
from xai_core.attribution.passes.followed import Followed
from xai_core.attribution.passes.layer_outputs import Call, Layer, LayerOutputs, Output, Run
from xai_core.attribution.passes.rectified import Rectifier, fits, rectified

STALE = (-1, 0.0)
Numbers = Callable[[int, FixedNorm, Layer], tuple[Tensor, Tensor]]


class FoldedPass(LayerOutputs):
    """Gives those calls their folded numbers, and takes out what reads them.

    Until its last reader asks for it, a folded output is hidden behind another tensor of the same
    values: whoever else reads that would get the wrong thing.

    Args:
        norms: by the number of the call. rectifiers: too; each of them has to be met.
        numbers: `(call, norm, layer)` -> weight and bias.

    Attributes:
        strayed: somebody else did, so the pass is worth nothing.
    """

    def __init__(
        self, norms: Mapping[int, FixedNorm], rectifiers: Mapping[int, Rectifier], numbers: Numbers
    ) -> None:
        super().__init__()
        self.strayed = False
        self._norms, self._rectifiers = dict(norms), dict(rectifiers)
        self._numbers = numbers
        self._hidden: dict[int, Tensor] = {}
        self._sizes = Followed[tuple[int, float]]()  # what a rectifier gave: version, largest norm

    def run(self, call: Call, inputs: Tensor) -> Any:
        """`call(inputs)`."""
        output = super().run(call, inputs)
        self.strayed |= bool(self._norms or self._rectifiers)
        return output

    def _handle(self, function: Call, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        result = super()._handle(function, args, kwargs)
        if args and result is args[0] and self._sizes.of(result):
            self._sizes.add(result, STALE)  # whatever stands in for a tensor has no version
        return result

    def made(self, at: int, function: Call, layer: Layer) -> Tensor:
        """With its norm and its rectifier in it."""
        if at in self._norms:
            weight, bias = self._numbers(at, self._norms[at], layer)
            layer = replace(layer, weight=weight, bias=bias)
        rectifier = self._rectifiers.get(at)
        return layer.run(function) if rectifier is None else self._both(function, layer, rectifier)

    def _both(self, function: Call, layer: Layer, rectifier: Rectifier) -> Tensor:
        named, found = layer.named_for(function), None
        if named is not None and fits(named):
            version, most = self._sizes.of(layer.input) or STALE
            known = version == layer.input._version  # not written over since
            found = rectified(named, rectifier, most if known else None)
        if found is None:
            return rectifier.of(layer.run(function))
        self._sizes.add(found[0], (found[0]._version, found[1]))
        return found[0]

    def output(self, at: int, result: Tensor) -> Tensor | None:
        """Something to hide it behind."""
        if at not in self._norms and at not in self._rectifiers:
            return None
        self._hidden[at] = result
        return result.detach()

    def norm(self, of: Output, norm: FixedNorm, tensor: Tensor, run: Run) -> Tensor:
        """The output is normalised already."""
        if of.at not in self._norms or not norm.is_(self._norms[of.at]):
            self.strayed = True
            return run()
        del self._norms[of.at]
        return tensor if of.at in self._rectifiers else self._hidden.pop(of.at)

    def rectifier(self, of: Output, rectifier: Rectifier, tensor: Tensor, run: Run) -> Tensor:
        """The output is rectified already."""
        if of.at in self._norms or self._rectifiers.get(of.at) != rectifier:
            self.strayed = True
            return run()
        del self._rectifiers[of.at]
        return self._hidden.pop(of.at)

    def read(self, one: Output) -> None:
        """Somebody got what is not there."""
        self.strayed = True
