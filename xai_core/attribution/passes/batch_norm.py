"""Sound gradients through batch normalisation on the CPU.

torch 2.13 gives a wrong gradient for eval-mode batch normalisation where the incoming gradient is
laid out in an unusual way along an axis of length 1 (relative error about 1; the forward pass is
right). A plain layout cures it, so that is what the layer is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@contextmanager
def sound_batch_norm() -> Iterator[None]:
    """Every batch normalisation of the block gets its gradient in a plain layout."""
    from xai_core.attribution.passes.calls import Calls

    with Calls(_handle):
        yield


def _handle(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    from xai_core.attribution.passes.calls import call_name

    result = function(*args, **kwargs)
    if call_name(function) == "batch_norm" and result.requires_grad:
        result.register_hook(_plain)
    return result


def _plain(gradient: Tensor) -> Tensor:
    ambiguous = gradient.device.type == "cpu" and 1 in gradient.shape
    return gradient.contiguous() if ambiguous else gradient
