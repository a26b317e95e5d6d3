"""The tensors of a nested output, each with its path.

Read are mappings (`['logits']`, also a `ModelOutput`), lists and tuples (`[0]`), named tuples,
dataclasses and other objects with attributes (`.logits`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

DEEPEST = 6  # objects may refer to each other in circles
PLAIN = (str, bytes, int, float, complex, np.ndarray, np.generic, type(None), type)


def tensors(output: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a nested output, with its path; `""` for a bare tensor."""
    import torch

    if isinstance(output, torch.Tensor):
        yield path, output
    elif depth <= DEEPEST:
        for step, value in parts(output):
            yield from tensors(value, path + step, depth + 1)


def entries(output: Any) -> Iterator[tuple[str, Tensor]]:
    """Every floating-point tensor of a nested output, with its path."""
    return (found for found in tensors(output) if found[1].is_floating_point())


def parts(value: Any) -> list[tuple[str, Any]]:
    """What a value holds, with the step of a path that leads there."""
    if isinstance(value, Mapping):
        return [(f"[{key!r}]", one) for key, one in value.items()]
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return [(f"[{index}]", one) for index, one in enumerate(value)]
    return [(f".{name}", one) for name, one in attributes(value).items()]


def attributes(value: Any) -> dict[str, Any]:
    """The public attributes of a named tuple, a dataclass or a plain object, by name."""
    from torch import nn

    if isinstance(value, (*PLAIN, nn.Module)) or callable(value):
        return {}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=False))
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return {name: getattr(value, name) for name in names if hasattr(value, name)}
    return {k: v for k, v in getattr(value, "__dict__", {}).items() if not k.startswith("_")}
