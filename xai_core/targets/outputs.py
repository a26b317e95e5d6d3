"""How a model's output is understood: which entry, as scores of how many classes.

A model's output is understood by its shape. `[B, K]` are class scores, `[B]` and `[B, 1]` one
score, `[B, K, h, w]` a dense map whose channel K is averaged over the picture, `[B, h, w]` a dense
map of one channel. From a tuple, list or mapping the first floating-point tensor is taken, a
mapping's `logits`, `out` or `scores` before others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float32

from xai_core.base.errors import InputError, ModelError

if TYPE_CHECKING:
    from torch import Tensor

OutputKind = Literal["classes", "scalar", "dense"]
PREFERRED = ("logits", "out", "scores", "prediction", "output")


@dataclass(frozen=True)
class OutputForm:
    """What a model gives, without the numbers: decides which targets fit.

    Attributes:
        kind: how the main entry is understood. path, shape: of it, batch included.
        entries: shape of every tensor of the output, also of those that hold integers, by path.
    """

    kind: OutputKind
    path: str
    shape: tuple[int, ...]
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back."""
        return {**vars(self), "entries": dict(self.entries)}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> OutputForm:
        """The form that `to_dict` wrote."""
        shapes = {str(path): tuple(map(int, one)) for path, one in data["entries"].items()}
        return OutputForm(data["kind"], data["path"], tuple(map(int, data["shape"])), shapes)

    @property
    def channels(self) -> int:
        """How many scores the main entry gives: classes, or channels of a dense map."""
        if self.kind == "scalar" or (self.kind == "dense" and len(self.shape) == 3):
            return 1
        return self.shape[1 if self.kind == "dense" else -1]


@dataclass(frozen=True)
class Prediction:
    """A model's output as numbers.

    Attributes:
        kind: how the output was understood. path: which entry of a nested output was taken.
        scores: float32 `[B, K]`; a dense map's are averages over the picture.
        shape: of the entry, batch included. entries: as in `OutputForm`.
    """

    kind: OutputKind
    path: str
    scores: Float32[np.ndarray, "b k"]
    shape: tuple[int, ...]
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def form(self) -> OutputForm:
        """The same without the numbers."""
        return OutputForm(self.kind, self.path, self.shape, self.entries)

    @property
    def probabilities(self) -> Float32[np.ndarray, "b k"]:
        """Softmax of class scores, or the scores where they already are probabilities."""
        if are_probabilities(self.scores):
            return self.scores
        scores = self.scores.astype(np.float64)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return (powers / powers.sum(1, keepdims=True)).astype(np.float32)


def are_probabilities(scores: Float32[np.ndarray, "b k"]) -> bool:
    """Whether scores of classes are probabilities already: none below 0, a sum of 1."""
    values = scores.astype(np.float64)
    return bool(values.min() >= 0 and np.allclose(values.sum(1), 1, atol=1e-3))


def main_output(output: Any) -> tuple[str, Tensor]:
    """The tensor that is explained, and its path in the output (`""`, `["logits"]`, `[0]`).

    Raises:
        ModelError: the output holds no floating-point tensor.
    """
    found = list(entries(output))
    for path, tensor in found:
        if any(path.endswith(f"['{name}']") for name in PREFERRED):
            return path, tensor
    if found:
        return found[0]
    raise ModelError(
        f"The output ({type(output).__name__}) holds no tensor of floating-point scores.",
        "Let forward return scores (logits), before any argmax, rounding or conversion to Python.",
        code="no-gradient",
    )


def score_matrix(tensor: Tensor, batch: int) -> Tensor:
    """`[B, K]` differentiable scores out of an output tensor of any understood shape.

    Raises:
        ModelError: the first axis is not the batch.
    """
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


def predict(output: Any, batch: int) -> Prediction:
    """A model's output as numbers."""
    path, tensor = main_output(output)
    scores = score_matrix(tensor, batch).detach().float().cpu().numpy()
    shapes = {name: tuple(one.shape) for name, one in tensors(output)}
    return Prediction(output_kind(tensor), path, scores, tuple(tensor.shape), shapes)


def entries(output: Any) -> Iterator[tuple[str, Tensor]]:
    """Every floating-point tensor of a nested output, with its path."""
    return (found for found in tensors(output) if found[1].is_floating_point())


def tensors(output: Any, path: str = "") -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a nested output, with its path."""
    import torch

    if isinstance(output, torch.Tensor):
        yield path, output
    elif isinstance(output, Mapping):
        for key, value in output.items():
            yield from tensors(value, f"{path}[{key!r}]")
    elif isinstance(output, list | tuple):
        for index, value in enumerate(output):
            yield from tensors(value, f"{path}[{index}]")
