"""What every method needs to know of a model at its inputs, found once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.forward import another, module_of, run, suit, tensor_of
from xai_core.attribution.layers.inner_output import ending_at
from xai_core.attribution.passes.folding import Folding
from xai_core.base.arrays import Inputs
from xai_core.base.borrow import borrowed
from xai_core.base.errors import ModelError
from xai_core.base.several_inputs.packing import Shape
from xai_core.base.target import Asked, AskedOfEach, Explained
from xai_core.targets.resolution import FixedScore, fixed, on_each

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.methods.base import Method, Span
    from xai_core.base.loaded_model import LoadedModel


class Context:
    """A model at its inputs: what is explained, and how it lets itself be run.

    Each fact is found by forward passes when a method first asks for it, while the model is
    borrowed, and holds as long as the weights stay as they are. A map is the same, bit for bit, as
    one whose method found the facts by itself.

    Args:
        inputs: float32 `[B, C, H, W]`, preprocessed. target: as `explain` takes it.
        parts: `(C, H, W)` of each input that the inputs are packed of.
    """

    def __init__(
        self,
        model: LoadedModel | nn.Module,
        inputs: Inputs,
        target: AskedOfEach = None,
        parts: Sequence[Shape] = (),
    ) -> None:
        self.model, self.inputs, self.target, self.parts = model, inputs, target, parts
        self._over: Any = None

    def is_of(self, model: LoadedModel | nn.Module, inputs: Inputs, target: Asked) -> bool:
        """Whether it was made of the very same."""
        return self.model is model and self.target == target and np.array_equal(self.inputs, inputs)

    @cached_property
    def module(self) -> nn.Module:
        """What is run, up to the layer that a target lies in. Raises `MethodError` for a model
        that cannot be run.
        """
        module = module_of(self.model, needs_gradient=False)
        suit(module, np.shape(self.inputs)[1:])
        return ending_at(module, self.target)

    @cached_property
    def tensor(self) -> Tensor:
        """The inputs on the module's device. Raises `InputError` where they are none."""
        return tensor_of(self.inputs, self.module)

    @cached_property
    def explained(self) -> tuple[Explained, ...]:
        """The target fixed on every picture. Raises `XaiError` as `resolve` does."""
        labels = getattr(self.model, "labels", None)
        return on_each(self.output, self.tensor, self.target, labels)

    @cached_property
    def scores(self) -> tuple[FixedScore, ...]:
        """What is explained, as a function of the output."""
        return tuple(map(fixed, self.explained))

    @property
    def span(self) -> Span | None:
        """The lowest and the highest input of each channel, where the model's are declared."""
        spec = getattr(self.model, "input_spec", None)
        if spec is None or spec.range == "raw" or len(spec.mean) != self.tensor.shape[1]:
            return None
        pairs = list(zip(spec.mean, spec.std, strict=True))
        return tuple(-mean / std for mean, std in pairs), tuple((1 - m) / s for m, s in pairs)

    def at_once(self, wanted: int) -> int:
        """`wanted`, or 1 for a model that takes one sample at a time or mixes those of a batch."""
        return wanted if wanted == 1 or self._takes_batches else 1

    def folding(self) -> Folding:
        """What can be folded, in an object that knows no other method's weights."""
        return self._folding.anew()

    def first_pass(self, plugin: Method) -> Any:
        """What the method keeps of the pass that shows the target; None where that pass is over,
        or is not the method's. Of several pictures, nothing: their graphs would lie side by side.
        """
        if len(self.tensor) > 1 or "explained" in vars(self) or "_first" in vars(self):
            return None
        made = plugin.first_pass(self.module, self.tensor)
        if made is None:
            return None
        self._over, seen = made
        try:
            self.explained  # noqa: B018 - found now, while the output lives
        finally:
            self._over = None  # and its graph with it
        return seen

    def output(self, number: int) -> Any:
        """Of one of the pictures; that of the first is asked for more than once."""
        if self._over is not None:
            return self._over
        return self._first if number == 0 else self._observed(self.tensor[number : number + 1])

    @cached_property
    def _first(self) -> Any:
        return self._observed(self.tensor[:1])

    @cached_property
    def _takes_batches(self) -> bool:
        import torch

        with torch.no_grad():
            alone = self.scores[0](self._first, 1)
            picture = self.tensor[:1]
            try:
                beside = self.scores[0](self._run(_beside(picture)), 2)
            except ModelError:
                return False
        return torch.allclose(beside[:1], alone, 1e-3, 1e-4)

    @cached_property
    def _folding(self) -> Folding:
        picture = self.tensor[:1]
        self._first, found = Folding.watched(self.module, picture)
        if not found.any:
            return found
        if found.gives(self._first, _beside(picture)):
            self._takes_batches = True  # shown by the same pass
            return found
        return found if found.gives(self._first, picture) else Folding.nothing(self.module)

    def _run(self, inputs: Tensor) -> Any:
        import torch

        from xai_core.attribution.passes.final_activation import shown

        call = shown(self.module, self.scores[0].before)
        with torch.no_grad():
            return run(call, inputs)

    def _observed(self, inputs: Tensor) -> Any:
        import torch

        from xai_core.attribution.passes.lineage import observed

        with torch.no_grad():
            return run(observed(self.module), inputs)


def explained_of(
    model: LoadedModel | nn.Module, inputs: Inputs, target: Asked = None
) -> tuple[Explained, ...]:
    """What a target is on every picture, without explaining it: class, region, sentence.

    Raises:
        XaiError: as `resolve`, or the model fails.
    """
    found = Context(model, inputs, target)
    with borrowed(found.module):
        return found.explained


def _beside(picture: Tensor) -> Tensor:
    """It, in other company."""
    import torch

    return torch.cat([picture, another(picture)])
