"""Tensors of a forward pass that are followed to whoever reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import ref

from torch import Tensor
from torch.utils._pytree import tree_leaves

from xai_core.methods.autograd.calls import call_name

METADATA = ("dim", "size", "stride", "numel", "is_contiguous", "is_floating_point")
T = TypeVar("T")


class Followed(Generic[T]):
    """What is known of a tensor, for as long as the tensor lives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ref[Tensor], T]] = {}

    def add(self, tensor: Tensor, fact: T) -> None:
        """Follow this very tensor."""
        key = id(tensor)
        self._known[key] = (ref(tensor, lambda _: self._known.pop(key, None)), fact)

    def among(self, values: Any) -> list[T]:
        """What is known of those tensors in nested `values` that are followed."""
        leaves = tree_leaves(values) if self._known else ()
        found = ((leaf, self._known.get(id(leaf))) for leaf in leaves)
        return [one[1] for leaf, one in found if one is not None and one[0]() is leaf]


def asks_for_shape(function: Callable[..., Any], result: Any) -> bool:
    """Whether a call asks for a tensor's shape and the like, and not for its values."""
    name = call_name(function)
    return name in METADATA or (name == "get" and not isinstance(result, Tensor))
