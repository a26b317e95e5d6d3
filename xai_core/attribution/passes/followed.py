"""Tensors of a forward pass that are followed to whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from weakref import ref

from torch import Tensor

from xai_core.attribution.passes.calls import call_name

METADATA = (
    *("dim", "element_size", "get_device", "is_complex", "is_contiguous", "is_floating_point"),
    *("is_inference", "len", "ndimension", "nelement", "numel", "size", "stride"),
)
T = TypeVar("T")


class Followed(Generic[T]):
    """What is known of a tensor, for as long as the tensor lives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ref[Tensor], T]] = {}

    def add(self, tensor: Tensor, fact: T) -> None:
        """Follow this very tensor."""
        key = id(tensor)
        self._known[key] = (ref(tensor, lambda _: self._known.pop(key, None)), fact)

    def forget(self, leaf: Any) -> None:
        """Follow it no longer."""
        if self.of(leaf) is not None:
            del self._known[id(leaf)]

    def among(self, values: Any) -> list[T]:
        """What is known of those tensors in nested `values` that are followed."""
        leaves = tensors_in(values) if self._known else ()
        return [one for one in map(self.of, leaves) if one is not None]

    def of(self, leaf: Any) -> T | None:
        """What is known of one tensor; None for any other object."""
        known = self._known.get(id(leaf))
        return known[1] if known is not None and known[0]() is leaf else None


def tensors_in(values: Any) -> list[Tensor]:
    """The tensors in nested tuples, lists and dictionaries."""
    if isinstance(values, Tensor):
        return [values]
    if isinstance(values, dict):
        values = values.values()
    elif not isinstance(values, (tuple, list)):
        return []
    return [tensor for one in values for tensor in tensors_in(one)]


def replaced(values: Any, other: Callable[[Tensor], Any]) -> Any:
    """Nested tuples, lists and dictionaries with `other(tensor)` for each tensor."""
    if isinstance(values, Tensor):
        return other(values)
    if isinstance(values, (tuple, list)):
        found = [replaced(one, other) for one in values]
        if hasattr(values, "_fields"):
            return type(values)(*found)
        return found if isinstance(values, list) else tuple(found)
    if isinstance(values, Mapping):
        return {name: replaced(one, other) for name, one in values.items()}
    return values


def asks_for_shape(function: Callable[..., Any], result: Any) -> bool:
    """Whether a call asks for a tensor's shape and the like, and not for its values."""
    name = call_name(function)
    return name in METADATA or (name == "get" and not isinstance(result, Tensor))
