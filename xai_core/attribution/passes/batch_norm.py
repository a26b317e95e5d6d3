"""Sound gradients through batch normalisation on the CPU.

torch 2.13 gives a wrong gradient for eval-mode batch normalisation where an axis has the length 1,
the input is contiguous in one memory format only and the incoming gradient in the other one only
(relative error about 1; the forward pass is right). Among all orders of axes, and all strides along
axes of length 1, no others are wrong. A gradient in the format of the input is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Formats = tuple[bool, bool]


def sound_batch_norm(score: Tensor) -> Tensor:
    """The score; every batch normalisation on its way gets its gradient in a sound format.

    The graph shows them all, from layers, functions and TorchScript alike, without a word in the
    forward pass, which would cost a twentieth of it.
    """
    if score.device.type == "cpu" and score.grad_fn is not None:
        for node in _nodes(score.grad_fn):
            if node.name() == "NativeBatchNormBackward0":
                _guard(node)
    return score


def _nodes(last: Any) -> Iterator[Any]:
    left, seen = [last], {last}
    while left:
        node = left.pop()
        yield node
        before = {one for one, _ in node.next_functions if one is not None} - seen
        seen |= before
        left += before


def _guard(node: Any) -> None:
    kept = node._raw_saved_input
    if kept.unpack_hook is not None:  # of a checkpoint: a look would run its layers once more
        node.register_prehook(partial(_laid_out, (True, False)))
    elif kept.data.ndim in (4, 5) and 1 in kept.data.shape and sum(_formats(kept.data)) == 1:
        node.register_prehook(partial(_laid_out, _formats(kept.data)))


def _laid_out(asked: Formats, gradients: tuple[Tensor | None, ...]) -> Any:
    import torch

    first, *rest = gradients
    if first is None or first.ndim not in (4, 5) or _formats(first) != asked[::-1]:
        return None
    wanted = torch.contiguous_format if asked[0] else _last(first)
    return first.contiguous(memory_format=wanted), *rest


def _formats(tensor: Tensor) -> Formats:
    """Whether it is contiguous, and whether it is so with channels last."""
    return tensor.is_contiguous(), tensor.is_contiguous(memory_format=_last(tensor))


def _last(tensor: Tensor) -> Any:
    import torch

    return torch.channels_last if tensor.ndim == 4 else torch.channels_last_3d
