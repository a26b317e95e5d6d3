"""Norms, rectifiers and padding folded into convolutions: the same function in fewer passes.

In eval mode batch normalisation is a fixed scale s and shift t for each channel, so that
s·(W∗x + b) + t = (sW)∗x + (sb + t) (Jacob et al. 2018, arXiv 1712.05877, section 3.2). It is equal
up to rounding, and on the CPU up to a third cheaper. Zeros that are put around the input of a
convolution are left to the convolution (`autograd.padding`), which spares a copy, and so is the
rectifier behind it (`autograd.rectified`), which spares another.

The model is not touched. One pass shows which convolutions (and linear layers) give their output to
one batch normalisation or rectifier and to nobody else; from then on those calls get folded
numbers. Every pass is watched: one that takes another way is thrown away, run as the model is, and
ends the folding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.attribution.passes.fixed_norm import FixedNorm
from xai_core.base.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.passes.layer_outputs import Layer
    from xai_core.attribution.passes.padding import Padding
    from xai_core.attribution.passes.rectified import Rectifier

WORTH = 8  # samples from which two more forward passes pay
TOLERANCE = 1e-4  # of the largest output: rounding is 1e-6, a wrong fold of order 1

Call = Callable[..., Any]
Weights = Mapping[str, "Tensor"]
State = tuple[tuple["Tensor", int], ...]


class Folding:
    """What can be folded, and the passes in which it is.

    Attributes:
        norms, rectifiers: by the number of the layer call that feeds them. pads: by that of theirs.
    """

    def __init__(
        self,
        module: nn.Module,
        norms: Mapping[int, FixedNorm],
        rectifiers: Mapping[int, Rectifier],
        pads: Mapping[int, Padding],
    ) -> None:
        self.norms, self.rectifiers, self.pads = dict(norms), dict(rectifiers), dict(pads)
        self._module = module
        self._names = {name: id(one) for name, one in module.named_parameters()}
        self._kept: dict[int, tuple[State, Tensor, Tensor]] = {}
        self._inverses: dict[int, tuple[State, Tensor]] = {}

    @staticmethod
    def of(module: nn.Module, picture: Tensor) -> Folding:
        """What a pass of `picture` `[1, C, H, W]` shows; nothing where folding is not the same.

        Raises:
            ModelError: the model fails.
        """
        plain, found = Folding.watched(module, picture)
        return found if found.gives(plain, picture) else Folding.nothing(module)

    @staticmethod
    def watched(module: nn.Module, picture: Tensor) -> tuple[Any, Folding]:
        """The output for `picture`, marked, and what seems to be foldable. Raises `ModelError`."""
        import torch

        from xai_core.attribution.forward import run
        from xai_core.attribution.passes.lineage import observed
        from xai_core.attribution.passes.padding import Pads
        from xai_core.attribution.passes.readers_behind import ReadersBehind
        from xai_core.attribution.passes.rectifiers import hidden

        behind, pads = ReadersBehind(), Pads()
        with torch.no_grad():
            plain = behind.run(partial(pads.run, observed(partial(run, module))), picture)
        if hidden(module) or torch.is_autocast_enabled(picture.device.type):
            return plain, Folding.nothing(module)
        return plain, Folding(module, behind.norms, behind.rectifiers, pads.found)

    def gives(self, plain: Any, pictures: Tensor) -> bool:
        """Whether a folded pass of `pictures` gives the output `plain` for the first of them."""
        import torch

        from xai_core.attribution.forward import run

        with torch.no_grad(), suppress(ModelError):
            return _alike(plain, self.run(partial(run, self._module), pictures), len(pictures))
        return False

    @staticmethod
    def nothing(module: nn.Module) -> Folding:
        """Of a model that is run as it is."""
        return Folding(module, {}, {}, {})

    def anew(self) -> Folding:
        """The same, without the numbers of any weights."""
        return Folding(self._module, self.norms, self.rectifiers, self.pads)

    @property
    def any(self) -> bool:
        """Whether there is anything to fold."""
        return bool(self.norms or self.rectifiers or self.pads)

    def run(self, call: Call, inputs: Tensor, weights: Weights | None = None) -> Any:
        """`call(inputs)`, folded. weights: by name, what it uses in place of the parameters."""
        from xai_core.attribution.passes.folded_pass import FoldedPass
        from xai_core.attribution.passes.padding import Unpadded

        if self.any:
            swapped = {self._names[name]: one for name, one in (weights or {}).items()}
            norms = {at: norm.replaced(swapped) for at, norm in self.norms.items()}
            folded, unpadded = (
                FoldedPass(norms, self.rectifiers, self._numbers),
                Unpadded(self.pads),
            )
            way = partial(unpadded.run, call) if self.pads else call
            try:
                output = folded.run(way, inputs)
            except Exception:
                if not (folded.strayed or unpadded.strayed):
                    raise
            if not (folded.strayed or unpadded.strayed):
                return output
            self.give_up()
        return call(inputs.clone())  # models may work on their input in place

    def give_up(self) -> None:
        """Run the model as it is from now on."""
        self.norms, self.rectifiers, self.pads = {}, {}, {}
        self._kept, self._inverses = {}, {}

    def _numbers(self, at: int, norm: FixedNorm, layer: Layer) -> tuple[Tensor, Tensor]:
        """Weight and bias of a layer call with its norm in them, made anew where any changed."""
        import torch

        with torch._C.DisableTorchFunction():  # nobody watches for this, and watching takes time
            sources = (layer.weight, layer.bias, *norm.tensors)
            state = tuple((one, one._version) for one in sources if one is not None)
            known = self._kept.get(at)
            if known is None or not _same(known[0], state):
                weight, bias = norm.folded(layer.weight, layer.bias, self._inverse(at, norm))
                known = self._kept[at] = (state, _laid_out_as(layer.input, weight), bias)
            return known[1:]

    def _inverse(self, at: int, norm: FixedNorm) -> Tensor:
        state = ((norm.variance, norm.variance._version),)
        known = self._inverses.get(at)
        if known is None or not _same(known[0], state):
            known = self._inverses[at] = (state, norm.inverse)
        return known[1]


def _laid_out_as(inputs: Tensor, weight: Tensor) -> Tensor:
    """In the memory layout of the inputs: the kernels would change it anew in every pass."""
    import torch

    last = torch.channels_last
    if weight.ndim == 4 and inputs.ndim == 4 and inputs.is_contiguous(memory_format=last):
        return weight.contiguous(memory_format=last)
    return weight


def _same(known: State, state: State) -> bool:
    return all(
        mine is its and before == now
        for (mine, before), (its, now) in zip(known, state, strict=True)
    )


def _alike(plain: Any, folded: Any, count: int) -> bool:
    from xai_core.targets import main_output

    expected, found = main_output(plain)[1], main_output(folded)[1]
    if count > 1:  # a single number may be that of all pictures
        found = found[: len(expected)] if expected.ndim and found.ndim else found[None]
    if expected.shape != found.shape:
        return False
    return bool((found - expected).abs().max() <= TOLERANCE * expected.abs().max())
