"""How a model's output is understood: which entry, as scores of how many classes.

A model's output is understood by its shape. `[B, K]` are class scores, `[B]` and `[B, 1]` one
score, `[B, K, h, w]` a dense map whose channel K is averaged over the picture, `[B, h, w]` a dense
map of one channel. Of a nested output the entry is taken for which most speaks (`entry_choice`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError, ModelError
from xai_core.targets.entry_choice import Choice, Entry, choose
from xai_core.targets.marks import activation_of, mark_of
from xai_core.targets.nested import entries, tensors
from xai_core.targets.output_entry import OutputEntry
from xai_core.targets.prediction import OutputForm as OutputForm
from xai_core.targets.prediction import OutputKind as OutputKind
from xai_core.targets.prediction import Prediction as Prediction
from xai_core.targets.prediction import are_probabilities as are_probabilities

if TYPE_CHECKING:
    from torch import Tensor


def main_output(output: Any, labels: int | None = None) -> tuple[str, Tensor]:
    """The tensor that is explained, and its path in the output (`""`, `['logits']`, `[0]`).

    Args:
        labels: how many names of classes are known.

    Raises:
        ModelError: the output holds no floating-point tensor.
    """
    path = choice_of(output, labels).path
    return path, dict(entries(output))[path]


def choice_of(output: Any, labels: int | None = None) -> Choice:
    """The entry that is explained, and whether it may be the wrong one. Raises `ModelError`."""
    found = [Entry(path, tuple(one.shape), mark_of(one).feeds) for path, one in entries(output)]
    if found:
        return choose(found, labels)
    raise ModelError(
        f"The output ({type(output).__name__}) holds no tensor of floating-point scores.",
        "Let forward return scores (logits), before any argmax, rounding or conversion to Python.",
        code="no-gradient",
    )


def entry_at(output: Any, path: str) -> Tensor:
    """The tensor at a path; the main one for an empty path.

    Raises:
        InputError: there is none. ModelError: as `main_output`.
    """
    if not path:
        return main_output(output)[1]
    found: Tensor = OutputEntry(path).of(output)
    return found


def scored(output: Any, chosen: Mapping[str, Any]) -> Tensor:
    """The tensor of scores that a target chose: an entry, or what goes into its last activation.

    Raises:
        ModelError: it was chosen before an activation that this pass does not show.
    """
    tensor = entry_at(output, chosen.get("path", ""))
    if not chosen.get("before"):
        return _single(tensor)
    before = mark_of(tensor).before
    if before is None:
        raise ModelError(
            f"The {chosen['before']} at the model's end is not seen in this pass.",
            "Fix the target again on this model.",
            code="forward-failed",
        )
    return _single(before)


def _single(tensor: Tensor) -> Tensor:
    """Half precision as float32."""
    return tensor.float() if tensor.is_floating_point() and tensor.element_size() < 4 else tensor


def place_of(form: OutputForm, *, before: bool = True) -> dict[str, str]:
    """What `scored` needs to know of an output, as JSON; nothing for plain scores.

    Args:
        before: the score is what goes into the activation at the end, where one was seen.
    """
    activation = activation_of(form.ends_in) if before else ""
    found = {"path": form.path, "before": activation}
    return {name: value for name, value in found.items() if value}


def score_matrix(tensor: Tensor, batch: int) -> Tensor:
    """`[B, K]` differentiable scores out of an output tensor of any understood shape.

    Raises:
        ModelError: the first axis is not the batch.
    """
    if tuple(tensor.shape) == (0,):  # a detector that finds nothing
        return tensor.new_zeros((batch, 1))
    if tensor.ndim == 0 or (batch == 1 and tensor.ndim == 1 and tensor.shape[0] != 1):
        tensor = tensor.unsqueeze(0)  # forward squeezed the batch away
    if tensor.shape[0] != batch:
        raise ModelError(
            f"The output's first axis is {tensor.shape[0]} for a batch of {batch}.",
            "Let forward return one entry a sample along the first axis.",
            code="forward-failed",
        )
    if tensor.ndim == 1:
        return tensor.unsqueeze(1)
    if tensor.ndim == 2:
        return tensor
    if tensor.ndim == 3:
        return tensor.flatten(1).mean(1, keepdim=True)
    return tensor.flatten(2).mean(2)


def output_kind(tensor: Tensor) -> OutputKind:
    """How an output tensor is understood."""
    if tensor.ndim >= 3:
        return "dense"
    return "classes" if tensor.ndim >= 1 and tensor.shape[-1] > 1 else "scalar"


def resolve_target(scores: Tensor, target: int | None) -> tuple[int | None, ...]:
    """The class index of each sample; the top class where none is asked for.

    Raises:
        InputError: the index is outside the classes.
    """
    classes = scores.shape[1]
    if target is not None and not 0 <= target < classes:
        raise no_class(target, classes)
    if classes == 1:
        return (None,) * scores.shape[0]
    if target is not None:
        return (target,) * scores.shape[0]
    return tuple(int(index) for index in scores.argmax(1))


def no_class(index: int, classes: int) -> InputError:
    """The error for a class that a model does not have."""
    return InputError(
        f"There is no class {index}: the model has {classes} (0 to {classes - 1}).",
        "Choose an index in that range, or none for the top class.",
    )


def pick(scores: Tensor, target: int | None) -> Tensor:
    """`[B]`: the score of one class, or the only score."""
    return scores[:, target if target is not None else 0]


def predict(
    output: Any, batch: int, labels: int | None = None, path: str | None = None
) -> Prediction:
    """A model's output as numbers.

    Args:
        labels: how many names of classes are known. path: of the entry, where it is known.
    """
    at = choice_of(output, labels).path if path is None else path
    tensor = entry_at(output, at)
    scores = score_matrix(tensor, batch).detach().float().cpu().numpy()
    shapes = {name: tuple(one.shape) for name, one in tensors(output)}
    seen = mark_of(tensor).ends_in
    return Prediction(output_kind(tensor), at, scores, tuple(tensor.shape), shapes, seen)
