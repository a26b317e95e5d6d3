"""What a kind of target is: a scalar of a model's output, whose choices are made once.

A target is fixed on the clean picture (`choose`): the top class, the runner-up, the predicted
region. From then on its score is a plain function of the output, the same for every noisy copy and
every noisy model. A target's file must import without torch: forms are made from the metadata.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from xai_core.base.parameters import NoParameters, parameter
from xai_core.base.registry import Registry
from xai_core.pictures.region import Mask, from_text
from xai_core.targets.box_forms import shapes_of_boxes
from xai_core.targets.outputs import OutputForm, Prediction, no_class

if TYPE_CHECKING:
    from torch import Tensor

TOP = -1
Labels = Sequence[str] | None
BOXES = "The output is boxes with scores."


@dataclass(frozen=True)
class Seen:
    """What a model gave on the clean picture.

    Attributes:
        output: of a batch of one, as it is. prediction: the same understood.
        size: `(height, width)` of the input. labels: how many names of classes are known.
    """

    output: Any
    prediction: Prediction
    size: tuple[int, int]
    labels: int | None = None

    @property
    def form(self) -> OutputForm:
        """Shapes of the output."""
        return self.prediction.form

    def class_of(self, index: int) -> int | None:
        """A class that is asked for, the top one for `TOP`; None where there is one score.

        Raises:
            InputError: there is no such class.
        """
        scores = self.prediction.scores[0]
        if index != TOP and not 0 <= index < len(scores):
            raise no_class(index, len(scores))
        if len(scores) == 1:
            return None
        return int(scores.argmax()) if index == TOP else index


@dataclass(frozen=True)
class OfClass:
    """Parameters of targets that are of a class."""

    index: int = parameter(
        TOP, "Class that is explained; -1 takes the top class.", minimum=TOP, maximum=10**6
    )


class TargetKind(ABC):
    """One kind of target.

    Attributes:
        name: as on the command line. title: as on the page. order: place in menus.
        of_class: its `index` is a class of the model, so that another class can take its place.
        inner: its score is of what a layer `layer` gives, and no matter of the model's output.
        summary: one sentence on what it is for.
        formula: for the reference, in Markdown.
        Parameters: frozen dataclass made with `parameters.parameter(...)`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    of_class: ClassVar[bool] = False
    inner: ClassVar[bool] = False
    summary: ClassVar[str]
    formula: ClassVar[str]
    Parameters: ClassVar[type] = NoParameters

    @abstractmethod
    def unfit_because(self, form: OutputForm) -> str | None:
        """Why it is not defined for such an output, in a sentence; None where it is."""

    @abstractmethod
    def choose(self, seen: Seen, parameters: Any) -> dict[str, Any]:
        """All that the prediction decides, JSON-able. `mask`: a region as a text.

        Raises:
            InputError: a parameter does not fit the output.
        """

    @abstractmethod
    def score(self, output: Any, batch: int, parameters: Any, chosen: Mapping[str, Any]) -> Tensor:
        """`[B]` out of an output, differentiable where the output is."""

    @abstractmethod
    def sentence(self, parameters: Any, chosen: Mapping[str, Any], labels: Labels) -> str:
        """What is explained: a noun phrase, as in "the probability of tabby cat (281)"."""

    def of_other(self, chosen: Mapping[str, Any], index: int) -> dict[str, Any]:
        """The same choices for another class."""
        return {**chosen, "index": index}


TARGETS: Registry[TargetKind] = Registry("xai_core.targets.kinds", "kind of target")


def name_of(index: int | None, labels: Labels) -> str:
    """A class for a person: `tabby cat (281)`, or `class 281` where it has no name."""
    if index is None:
        return "the only class"
    named = labels is not None and 0 <= index < len(labels)
    return f"{labels[index]} ({index})" if labels is not None and named else f"class {index}"


def not_boxes(form: OutputForm) -> str | None:
    """The reason that most kinds give for a detector's lists."""
    return f"{BOXES} Choose a detection target." if shapes_of_boxes(form.entries) else None


def one_of_several(form: OutputForm) -> str | None:
    """The reason why there is no class to choose; None where there are classes."""
    if form.kind != "classes":
        what = "a dense map" if form.kind == "dense" else "a single number"
        return f"It needs scores of several classes; the output is {what}."
    return not_boxes(form)


def dense(form: OutputForm) -> str | None:
    """The reason why there is no map to take a region of; None where there is one."""
    if form.kind != "dense":
        return "It needs a score for every pixel, [B, K, h, w]; the output has no height and width."
    return None


def region_of(chosen: Mapping[str, Any]) -> Mask | None:
    """The region of a target, on the grid of the output; None where it has none."""
    text = chosen.get("mask")
    return from_text(text) if isinstance(text, str) else None
