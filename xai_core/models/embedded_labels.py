"""Class names that a model's own file carries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xai_core.targets.labels import Labels, labels_in

if TYPE_CHECKING:
    from torch import nn

INSIDE = ("config", "cfg", "hyper_parameters", "hparams", "args", "meta", "metadata", "extra")
"""Entries of a checkpoint in which training libraries keep what is not weights."""


def of_checkpoint(held: Any) -> Labels | None:
    """Of a checkpoint: its entries, then those of its configuration."""
    for one in _mappings(held):
        found = labels_in(one)
        if found is not None:
            return found
    return None


def of_module(module: nn.Module) -> Labels | None:
    """Of a module's attributes (`names`, `classes`, `config.id2label`). Nothing is called."""
    return of_checkpoint(vars(module))


def _mappings(held: Any) -> Iterator[Mapping[Any, Any]]:
    if not isinstance(held, Mapping):
        return
    yield held
    for key in INSIDE:
        inner = held.get(key)
        if isinstance(inner, Mapping):
            yield inner
        elif dataclasses.is_dataclass(inner) or hasattr(inner, "__dict__"):
            yield vars(inner)
