"""Tensors that layers do not compute with: said before a method stumbles over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor, nn


def odd_tensor(where: str, what: str) -> ModelError:
    """The error for such a tensor.

    Args:
        where: its name in the file. what: of which kind it is, "is sparse".
    """
    name = f"`{where[-120:]}`" if where else "A tensor of the file"
    return ModelError(
        f"Plain tensors of numbers were expected; {name} {what}.",
        "Save the model with dense, real tensors (`tensor.to_dense()`, `tensor.float()`).",
        code="unsupported-tensor",
    )


def refuse_sparse(module: nn.Module) -> None:
    """Nothing, if all parameters and buffers are dense and have numbers.

    Raises:
        ModelError: `unsupported-tensor`, naming the first that is not.
    """
    import torch
    from torch.nn.parameter import is_lazy

    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(tensor):
            continue
        if tensor.layout is not torch.strided:
            raise odd_tensor(name, "is sparse")
        if tensor.is_meta or tensor.is_nested:
            raise odd_tensor(name, "has no numbers" if tensor.is_meta else "is nested")


def refuse_imaginary(tensors: Mapping[str, Tensor], network: nn.Module | None = None) -> None:
    """Nothing, if no complex tensor would go where real numbers are kept.

    Args:
        network: it goes into; None for one whose numbers are all real.

    Raises:
        ModelError: `unsupported-tensor`: its imaginary part would be lost.
    """
    own = {} if network is None else network.state_dict()
    for name, tensor in tensors.items():
        if tensor.is_complex() and not (name in own and own[name].is_complex()):
            raise odd_tensor(name, "holds complex numbers, and the network's are real")
