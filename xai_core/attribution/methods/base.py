"""What an attribution method is, and what all of them share: checks, batching, clean-up.

A method file holds its formula and its metadata. It must import without torch: the dashboard
builds its forms from the metadata and never loads a model itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.variants.names import base_of, which_of
from xai_core.base.parameters import NoParameters
from xai_core.base.registry import Registry
from xai_core.base.several_inputs.packing import Shape

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.scorer import Scorer


SeveralInputs = Literal["together", "singly", "layer", "none"]
Span = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Task:
    """One picture to be explained, or several where the method takes them together.

    Attributes:
        scorer: the score of the chosen target, of each picture its own. inputs: float32
            `[1, C, H, W]`, or `[B, C, H, W]`, on the device.
        parameters: an instance of the method's `Parameters`. seed: of all random draws.
        batch_size: how many samples may go through the model at once.
        span: the lowest and the highest input of each channel, where the model's are declared.
        seen: what the method's `first_pass` kept of this picture; None where it was not asked.
        parts: `(C, H, W)` of each input that the picture is packed of, where it is of several.
    """

    scorer: Scorer
    inputs: Tensor
    parameters: Any
    seed: int
    batch_size: int
    span: Span | None = None
    seen: Any = None
    parts: Sequence[Shape] = ()


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
        reads_weights: True for a method that reads the weights outside of the forward pass.
        signed: negative values mean "against the target".
        follows_all: its formula goes to the model's end, so that it explains nothing inside.
        several_inputs: how it explains a model of several pictures: all of them `together`; each
            `singly`, while the others stay; by a `layer` that sees one of them alone; or not.
        unit: what a value is measured in, where other methods measure in the same, so that one
            scale may hold several; empty for a unit of the method's own.
        summary: one sentence on what the map shows.
        citation: the source paper.
        Parameters: frozen dataclass made with `parameters.parameter(...)`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    signed: ClassVar[bool]
    needs_gradient: ClassVar[bool] = True
    reads_weights: ClassVar[bool] = False
    follows_all: ClassVar[bool] = False
    several_inputs: ClassVar[SeveralInputs] = "together"
    unit: ClassVar[str] = ""
    summary: ClassVar[str]
    citation: ClassVar[str]
    Parameters: ClassVar[type] = NoParameters

    @property
    def family(self) -> str:
        """The folder of `methods/` that it lies in; empty for one beside the folders."""
        parent = type(self).__module__.removeprefix(f"{__package__}.").split(".")
        return parent[0] if len(parent) > 1 else ""

    @abstractmethod
    def attribute(self, task: Task) -> RawMap:
        """The map of one picture."""

    def first_pass(self, module: nn.Module, picture: Tensor) -> tuple[Any, Any] | None:
        """The pass of `[1, C, H, W]` that shows the target, made so that the method has one pass
        less to make: its output, observed, and what is handed to `attribute` as `Task.seen`.
        None: any pass will do.
        """
        return None

    def takes_several(self, parameters: Any) -> bool:
        """Whether `attribute_each` may be given several pictures: each is then explained as it
        would be alone, up to rounding, by a model that treats them separately.
        """
        return False

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        """The maps of several pictures, for methods whose `attribute` serves any number."""
        raw = self.attribute(task)
        rows = range(len(raw.values))
        return tuple(replace(raw, values=raw.values[row : row + 1]) for row in rows)

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        """How many samples one picture of `shape` (C, H, W) sends through the model."""
        return 1

    def samples_together(self, parameters: Any, shapes: Sequence[Shape]) -> int:
        """The same of several inputs that are explained together."""
        height, width = (max(shape[axis] for shape in shapes) for axis in (1, 2))
        return self.samples(parameters, (sum(shape[0] for shape in shapes), height, width))

    def is_signed(self, parameters: Any) -> bool:
        """Whether the map is signed with these parameters."""
        return self.signed

    def unit_of(self, parameters: Any) -> str:
        """The unit of the map with these parameters."""
        return self.unit

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        """The reason why the method is not defined for a model, in a sentence; None where it is."""
        return None if capabilities.input_gradient else no_gradient(capabilities)


def no_gradient(capabilities: Capabilities) -> str:
    """The sentence that every gradient method gives for a model without a usable gradient."""
    return capabilities.why_no_gradient or "The gradient of the score does not reach the input."


FAMILIES: Mapping[str, tuple[str, str]] = {
    "gradient": ("Gradients", "One backward pass, plain or through changed rectifiers."),
    "noise": ("Gradients over noise", "Averaged over noise in the picture, the weights or both."),
    "relevance": ("Relevance", "The score, handed back layer by layer; it adds up."),
    "path": ("Paths", "Gradients on the way from a baseline to the picture; they add up."),
    "cam": ("Class activation maps", "Feature maps of an inner layer, weighed for the class."),
    "attention": ("Attention", "What a vision transformer's tokens look at."),
    "perturbation": ("Black box", "Scores with parts hidden: for whatever predicts; many passes."),
}
"""Title and sentence of each family, in the order of menus."""

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
