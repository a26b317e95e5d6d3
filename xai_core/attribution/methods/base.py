"""What an attribution method is, and what all of them share: checks, batching, clean-up.

A method file holds its formula and its metadata. It must import without torch: the dashboard
builds its forms from the metadata and never loads a model itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.meter import Meter as Meter
from xai_core.attribution.variant_names import base_of, which_of
from xai_core.base.pace import Pace
from xai_core.base.parameters import NoParameters
from xai_core.base.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.passes.folding import Folding
    from xai_core.targets.resolution import FixedScore

PLAIN = Pace()
Family = Literal["gradient", "noise", "cam", "perturbation"]


class Scorer:
    """The scalar that is explained, as a function of the inputs: `[B, C, H, W]` -> `[B]`.

    Args:
        module: the model, borrowed. score: output and batch -> `[B]`, the target's.
        call: what is run in the module's place (the module with other weights).
        folding, pace: how it is run faster. weights: what `call` uses in place of the parameters.
    """

    def __init__(
        self,
        module: nn.Module,
        score: FixedScore,
        meter: Meter,
        call: Callable[[Tensor], Any] | None = None,
        folding: Folding | None = None,
        weights: Mapping[str, Tensor] | None = None,
        pace: Pace = PLAIN,
    ) -> None:
        self.module = module
        self.score = score
        self.meter = meter
        self.call = call or module
        self._folding = folding
        self._weights = weights
        self._pace = pace

    def calling(self, call: Callable[[Tensor], Any], weights: Mapping[str, Tensor]) -> Scorer:
        """The same score of what `call` gives: the module with other weights, by name."""
        other = copy(self)
        other.call, other._weights = call, weights
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
        from xai_core.base.errors import MethodError

        try:
            gradient = self._gradient(inputs)
        except RuntimeError:
            if self._folding is None or not self._folding.any:
                raise
            self._folding.give_up()  # layers that run once more in the backward pass
            gradient = self._gradient(inputs)
        if gradient is None:
            raise MethodError(
                f"The gradient of {self.score.explained.sentence} does not reach the input.",
                "An argmax, a detach, NumPy or integers are in between; the readiness check on "
                "the model page says where.",
                code="no-gradient",
            )
        return gradient.detach()

    def _gradient(self, inputs: Tensor) -> Tensor | None:
        import torch

        from xai_core.attribution.passes.batch_norm import sound_batch_norm

        leaf = self._pace.laid_out(inputs.detach()).requires_grad_(True)
        with torch.enable_grad(), sound_batch_norm():
            score = self(leaf).sum()
        if not score.requires_grad:
            return None
        (gradient,) = torch.autograd.grad(score, leaf, allow_unused=True)
        return gradient


@dataclass(frozen=True)
class Task:
    """One picture to be explained.

    Attributes:
        scorer: the score of the chosen target. inputs: float32 `[1, C, H, W]`, on the device.
        parameters: an instance of the method's `Parameters`. seed: of all random draws.
        batch_size: how many samples may go through the model at once.
    """

    scorer: Scorer
    inputs: Tensor
    parameters: Any
    seed: int
    batch_size: int


@dataclass(frozen=True)
class RawMap:
    """What a method gives for one picture.

    Attributes:
        values: `[1, C or 1, H, W]` in input resolution.
        native_size: `(h, w)` at which the method sees, where coarser than the input.
        chosen: values of parameters that were left to the method, by name.
    """

    values: Tensor
    native_size: tuple[int, int] | None = None
    chosen: Mapping[str, Any] = field(default_factory=dict)


class Method(ABC):
    """One attribution method.

    Attributes:
        name: as on the command line. title: as on the page. order: place in menus.
        needs_gradient: False for a method that works on whatever predicts.
        signed: negative values mean "against the target".
        unit: what a value is measured in, where other methods measure in the same, so that one
            scale may hold several; empty for a unit of the method's own.
        summary: one sentence on what the map shows.
        citation: the source paper.
        Parameters: frozen dataclass made with `parameters.parameter(...)`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    family: ClassVar[Family]
    signed: ClassVar[bool]
    needs_gradient: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    summary: ClassVar[str]
    citation: ClassVar[str]
    Parameters: ClassVar[type] = NoParameters

    @abstractmethod
    def attribute(self, task: Task) -> RawMap:
        """The map of one picture."""

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        """How many samples one picture of `shape` (C, H, W) sends through the model."""
        return 1

    def is_signed(self, parameters: Any) -> bool:
        """Whether the map is signed with these parameters."""
        return self.signed

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        """The reason why the method is not defined for a model, in a sentence; None where it is."""
        return None if capabilities.input_gradient else no_gradient(capabilities)


def no_gradient(capabilities: Capabilities) -> str:
    """The sentence that every gradient method gives for a model without a usable gradient."""
    return capabilities.why_no_gradient or "The gradient of the score does not reach the input."


SLOPE, SHARE = "score per unit of the input", "part of the score"  # units that methods share


class Methods(Registry[Method]):
    """The methods by name; a variant's name gives its method."""

    def __getitem__(self, name: str) -> Method:
        return super().__getitem__(base_of(name))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(base_of(name) if isinstance(name, str) else name)


METHODS = Methods("xai_core.attribution.methods", "method")


def title_of(method: str) -> str:
    """A method's title, also for a run that a later version wrote; a variant's says which."""
    if method not in METHODS:
        return method
    return " · ".join(filter(None, (METHODS[method].title, which_of(method))))
