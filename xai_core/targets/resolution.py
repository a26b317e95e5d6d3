"""A target fixed on a picture: from what was asked to a score that never changes again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, XaiError
from xai_core.base.parameters import build
from xai_core.base.target import Asked, AskedOfEach, Explained, Target, as_target, of_class
from xai_core.targets.box_forms import on_strides, shapes_of_boxes, turned_round
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind
from xai_core.targets.outputs import OutputForm, Prediction, no_class, place_of, predict

if TYPE_CHECKING:
    from torch import Tensor


BOX = "detection"
UNREAD = Prediction("scalar", "", np.zeros((1, 0), np.float32), ())
UNTOLD = (XaiError, LookupError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class FixedScore:
    """The scalar that is explained, as a function of the output."""

    explained: Explained
    kind: TargetKind
    parameters: Any

    @property
    def before(self) -> str:
        """The activation whose input it is: only a marked pass shows that (`Mark`); or empty."""
        return str(self.explained.chosen.get("before", ""))

    def on(self, rows: Sequence[int]) -> FixedScore:
        """Of a batch whose rows are all of this picture."""
        return self

    def __call__(self, output: Any, batch: int) -> Tensor:
        """`[B]` scores out of an output.

        Raises:
            ModelError: the output is not what it was on the clean picture.
            InputError: what was fixed is of another model, or no choice of this kind.
        """
        try:
            return self.kind.score(output, batch, self.parameters, self.explained.chosen)
        except (LookupError, TypeError, AttributeError) as cause:
            raise InputError(
                f"The target {self.kind.name!r} was not fixed on this model.", "Fix it again."
            ) from cause


def fixed(explained: Explained) -> FixedScore:
    """The score that was explained. Raises `InputError` for a kind that is not known here."""
    kind = TARGETS[explained.target.kind]
    return FixedScore(explained, kind, build(kind.Parameters, explained.target.parameters))


def fixed_class(index: int | None) -> FixedScore:
    """The score of one class, or the only score."""
    return fixed(of_class(index))


def resolve(asked: Asked, output: Any, size: tuple[int, int], labels: Labels = None) -> Explained:
    """Fix a target on a model's output.

    Args:
        output: of a batch of one, on the clean picture. size: `(height, width)` of the input.

    Raises:
        InputError: the target does not fit the output, or a parameter is wrong.
        ModelError: what is asked for leaves the graph (`no-gradient`), or is no score.
    """
    if isinstance(asked, Explained):
        return asked
    if isinstance(asked, Target) and asked.kind in TARGETS and TARGETS[asked.kind].inner:
        return _inside(checked(asked), output, size, labels)
    known = len(labels) if labels else None
    seen = Seen(output, predict(output, 1, known), size, known)
    target = checked(as_target(_of_form(seen.form, size) if asked is None else asked))
    kind = TARGETS[target.kind]
    parameters = build(kind.Parameters, target.parameters)
    reason = kind.unfit_because(seen.form)
    if reason is not None:
        fits = ", ".join(one.name for one in fitting(seen.form))
        raise InputError(
            f"The target {kind.name!r} does not fit this model. {reason}", f"There fit: {fits}."
        )
    chosen = kind.choose(seen, parameters)
    return Explained(target, chosen, kind.sentence(parameters, chosen, labels))


def _inside(target: Target, output: Any, size: tuple[int, int], labels: Labels) -> Explained:
    """A target in a layer that gave `output`, which need be nothing that a prediction is."""
    kind = TARGETS[target.kind]
    parameters = build(kind.Parameters, target.parameters)
    chosen = kind.choose(Seen(output, UNREAD, size), parameters)
    return Explained(target, chosen, kind.sentence(parameters, chosen, labels))


def usual(output: Any, size: tuple[int, int], labels: int | None = None) -> Target | None:
    """What is explained where nothing is asked for; None is the score of the top class.

    Args:
        output, size: as `resolve` takes them. labels: how many names of classes are known.
    """
    return _of_form(predict(output, 1, labels).form, size)


def _of_form(form: OutputForm, size: tuple[int, int]) -> Target | None:
    if shapes_of_boxes(form.entries):
        return Target(BOX)
    shape = form.shape
    turned = turned_round(shape) and on_strides(shape[2], size)
    return Target(BOX) if turned else None


def on_each(
    output: Callable[[int], Any], tensor: Tensor, target: AskedOfEach, labels: Labels = None
) -> tuple[Explained, ...]:
    """A target fixed on every picture of `[B, C, H, W]`; a sequence has one for each.

    Args:
        output: of a picture by its number, as a batch of one: exports often have a fixed one.

    Raises:
        XaiError: as `resolve`, or the model fails.
    """
    if isinstance(target, Explained):
        return (target,) * len(tensor)
    asked = target if isinstance(target, Sequence) else (target,) * len(tensor)
    if len(asked) != len(tensor):
        raise InputError(
            f"There are {len(asked)} targets for {len(tensor)} pictures.",
            "Give one for all of them, or one for each.",
        )
    size = (tensor.shape[2], tensor.shape[3])
    return tuple(resolve(one, output(number), size, labels) for number, one in enumerate(asked))


class Resolver(Protocol):
    """What fixes targets; a worker does."""

    def resolve(self, inputs: Inputs, target: Asked) -> tuple[Explained, ...]:
        """A target fixed on every picture."""


def target_of(
    resolver: Resolver, inputs: Inputs, prediction: Prediction, asked: int | Target | None
) -> Explained:
    """What is explained on a picture: as asked, else the top class, else the only output.

    Raises:
        InputError: the target does not fit the model. ModelError: it leaves the graph.
    """
    if asked is None:
        asked = _of_form(prediction.form, (inputs.shape[2], inputs.shape[3]))
    if isinstance(asked, Target):
        return resolver.resolve(inputs, asked)[0]
    classes = prediction.scores.shape[1]
    if classes < 2:
        return of_class(None, prediction.kind, place_of(prediction.form))
    if asked is not None and not 0 <= asked < classes:
        raise no_class(asked, classes)
    index = int(prediction.scores[0].argmax()) if asked is None else asked
    return of_class(index, prediction.kind, place_of(prediction.form))


def checked(target: Target) -> Target:
    """With every parameter. Raises `InputError` for an unknown kind or a wrong value."""
    kind = TARGETS[target.kind]
    return replace(target, parameters=asdict(build(kind.Parameters, target.parameters)))


def fitting(form: OutputForm) -> tuple[TargetKind, ...]:
    """The kinds that are defined for an output, in the order of menus."""
    return tuple(kind for kind in TARGETS if kind.unfit_because(form) is None)


def named(explained: Explained, labels: Labels) -> Explained:
    """The same with the names of classes in its sentence, as far as it can be told here.

    It may come from a model's process or a file, so nothing in it is taken for granted.
    """
    try:
        kind = TARGETS[explained.target.kind]
        parameters = build(kind.Parameters, explained.target.parameters)
        sentence = kind.sentence(parameters, explained.chosen, labels)
    except UNTOLD:
        return explained
    return replace(explained, sentence=sentence)


def of_other_class(explained: Explained, index: int) -> Explained:
    """The same target of another class, as sanity checks want it."""
    kind = TARGETS[explained.target.kind]
    parameters: Mapping[str, Any] = {**explained.target.parameters, "index": index}
    chosen = kind.of_other(explained.chosen, index)
    target = replace(explained.target, parameters=parameters)
    told = kind.sentence(build(kind.Parameters, parameters), chosen, None)
    return Explained(target, chosen, told)


def is_of_class(explained: Explained) -> bool:
    """Whether another class could take the place of the one that is explained."""
    known = explained.target.kind in TARGETS
    return known and TARGETS[explained.target.kind].of_class and explained.index is not None
