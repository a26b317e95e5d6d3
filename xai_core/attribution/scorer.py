"""The scalar that is explained, as a function of the inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol

from xai_core.attribution.meter import Meter
from xai_core.base.pace import Pace

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.passes.folding import Folding
    from xai_core.targets.resolution import FixedScore
    from xai_core.targets.several import Scores

PLAIN = Pace()


class CleanPass(Protocol):
    """A pass of the pictures as they are that is over, and that several methods share."""

    @property
    def inputs(self) -> Tensor:
        """`[B, C, H, W]`, what went in: this very tensor."""

    @property
    def rectified(self) -> int:
        """How many rectifiers ran."""

    @property
    def proposed(self) -> str:
        """The layer that a class activation map is made of, where none is asked for."""

    def gradient(self, *, guided: bool) -> Tensor | None:
        """d score / d input; `guided`: with the rule of Guided Backprop at each rectifier."""

    def of_layer(self, name: str) -> tuple[Tensor, Tensor] | None:
        """What a layer gave and d score / d that, `[B, K, h, w]`; None where it was not kept."""


class Scorer:
    """The scalar that is explained, as a function of the inputs: `[B, C, H, W]` -> `[B]`.

    Args:
        module: the model, borrowed. score: output and batch -> `[B]`, the target's.
        call: what is run in the module's place (the module with other weights).
        folding, pace: how it is run faster. weights: what `call` uses in place of the parameters.
        clean: a pass of the pictures that is over.
    """

    def __init__(
        self,
        module: nn.Module,
        score: FixedScore | Scores,
        meter: Meter,
        call: Callable[[Tensor], Any] | None = None,
        folding: Folding | None = None,
        weights: Mapping[str, Tensor] | None = None,
        pace: Pace = PLAIN,
        clean: CleanPass | None = None,
    ) -> None:
        self.module = module
        self.score = score
        self.meter = meter
        self.call = call or module
        self._folding = folding
        self._weights = weights
        self._pace = pace
        self._clean, self._clean_score = clean, score

    def calling(self, call: Callable[[Tensor], Any], weights: Mapping[str, Tensor]) -> Scorer:
        """The same score of what `call` gives: the module with other weights, by name."""
        other = copy(self)
        other.call, other._weights, other._clean = call, weights, None
        return other

    def on(self, rows: Sequence[int]) -> Scorer:
        """The same score of a batch whose rows are of these pictures."""
        other = copy(self)
        other.score, other._clean = self.score.on(rows), None
        return other

    def clean(self, inputs: Tensor) -> CleanPass | None:
        """The pass of these very inputs, where it is over; counted as if it were run."""
        clean = self._clean if self.score is self._clean_score else None
        if clean is None or clean.inputs is not inputs:
            return None
        self.meter.advance(len(inputs))
        return clean

    def unfolded(self) -> Scorer:
        """The same, with every layer run as it is: a folded one gives other values inside."""
        other = copy(self)
        other._folding = None
        return other

    def uncounted(self) -> Scorer:
        """The same, whose samples are not told: passes that only look."""
        other = copy(self)
        other.meter = Meter(0, None)
        return other

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its way of running the model did to the map, as `RawMap.chosen` has it."""
        return {}

    def __call__(self, inputs: Tensor) -> Tensor:
        """`[B]` scores, counted as so many samples."""
        return self.of_output(self._output(self._pace.laid_out(inputs)), inputs.shape[0])

    def _output(self, inputs: Tensor) -> Any:
        from xai_core.attribution.passes.final_activation import shown

        call = shown(self.call, self.score.before)
        if self._folding is not None:
            return self._folding.run(call, inputs, self._weights)
        return call(inputs.clone())  # models may work on their input in place

    def of_output(self, output: Any, batch: int) -> Tensor:
        """`[B]` scores out of an output that was computed elsewhere, counted as `batch` samples."""
        self.meter.advance(batch)
        return self.score(output, batch)

    def gradient(self, inputs: Tensor) -> Tensor:
        """d score / d input, `[B, C, H, W]`. Raises `MethodError` where there is none."""
        return self.slope(self._any_gradient(inputs))

    def slope(self, gradient: Tensor | None) -> Tensor:
        """A gradient that was found. Raises `MethodError` where there is none."""
        from xai_core.base.errors import MethodError

        if gradient is None:
            raise MethodError(
                f"The gradient of {self.score.explained.sentence} does not reach the input.",
                "An argmax, a detach, NumPy or integers are in between; the readiness check on "
                "the model page says where.",
                code="no-gradient",
            )
        return gradient.detach()

    def _any_gradient(self, inputs: Tensor) -> Tensor | None:
        if (clean := self.clean(inputs)) is not None:
            return clean.gradient(guided=False)
        try:
            return self._gradient(inputs)
        except RuntimeError:
            if self._folding is None or not self._folding.any:
                raise
            self._folding.give_up()  # layers that run once more in the backward pass
            return self._gradient(inputs)

    def _gradient(self, inputs: Tensor) -> Tensor | None:
        import torch

        from xai_core.attribution.passes.batch_norm import sound_batch_norm

        leaf = self._pace.laid_out(inputs.detach()).requires_grad_(True)
        with torch.enable_grad():
            score = sound_batch_norm(self(leaf).sum())
        if not score.requires_grad:
            return None
        (gradient,) = torch.autograd.grad(score, leaf, allow_unused=True)
        return gradient
