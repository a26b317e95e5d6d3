"""Which layers of a forward pass have a norm or a rectifier behind them, and nobody else."""

from __future__ import annotations

from torch import Tensor

from xai_core.attribution.passes.fixed_norm import FixedNorm
from xai_core.attribution.passes.layer_outputs import Call, Layer, LayerOutputs, Output, Run
from xai_core.attribution.passes.rectified import Rectifier, fits


class ReadersBehind(LayerOutputs):
    """Finds the layer calls whose output one norm or one rectifier reads, and nobody else.

    Attributes:
        norms: by the number of the call. rectifiers: of a convolution, or of the norm behind it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.norms: dict[int, FixedNorm] = {}
        self.rectifiers: dict[int, Rectifier] = {}
        self._convolutions: set[int] = set()
        self._spoiled: set[Output] = set()

    def made(self, at: int, function: Call, layer: Layer) -> Tensor:
        """Remember what a rectifier may be put into."""
        named = layer.named_for(function)
        if named is not None and fits(named):
            self._convolutions.add(at)
        return super().made(at, function, layer)

    def norm(self, of: Output, norm: FixedNorm, tensor: Tensor, run: Run) -> Tensor:
        """Remember it, where it is the first reader and made for these channels."""
        result = run()
        if of.normed or of in self._spoiled or self._known(of) or not norm.fits(tensor):
            self.read(of)
            return result
        self.norms[of.at] = norm
        self._followed.add(result, Output(of.at, normed=True))
        return result

    def rectifier(self, of: Output, rectifier: Rectifier, tensor: Tensor, run: Run) -> Tensor:
        """Remember it, where it is the first reader."""
        result = run()
        if of in self._spoiled or self._known(of):
            self.read(of)
        elif of.at in self._convolutions:
            self.rectifiers[of.at] = rectifier
        return result.detach()  # it may be `tensor`, which nobody else may read

    def read(self, one: Output) -> None:
        """This output is needed as it is."""
        self._spoiled.add(one)
        self.rectifiers.pop(one.at, None)
        if not one.normed:
            self.norms.pop(one.at, None)

    def _known(self, of: Output) -> bool:
        return of.at in self.rectifiers or (not of.normed and of.at in self.norms)
