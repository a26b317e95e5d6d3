"""The weights of a module whose class is missing: by name, as `state_dict()` would give them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.pickles.restored.dense import is_tensor, tensor_of
from xai_core.models.pickles.restored.refused import said
from xai_core.models.pickles.restored.storages import opened
from xai_core.models.pickles.skeleton import Stub
from xai_core.models.pickles.torch_file import TorchFile, find_module

if TYPE_CHECKING:
    from torch import Tensor


def rescued_tensors(path: Path, file: TorchFile) -> dict[str, Tensor]:
    """Parameters and buffers of the module in the file. No class that it names is imported.

    Raises:
        ModelError: `missing-code`, the layout cannot be read without running code; as
            `load_tensors`.
    """
    if file.contents.protocol != 2:
        raise ModelError(
            "The weights cannot be taken out without the classes of the file: it was saved with "
            f"pickle protocol {file.contents.protocol}.",
            "Give the Python file that defines them, or save the weights (a state_dict).",
            code="missing-code",
        )
    with said(), opened(path, file) as storages:
        found = list(_named(find_module(file.contents.root), "", frozenset()))
        made = {id(stub): tensor_of(stub, storages, name) for name, stub in found}
    return {name: made[id(stub)] for name, stub in found}


def _named(module: Any, prefix: str, above: frozenset[int]) -> Iterator[tuple[str, Stub]]:
    """In the order of `state_dict()`; a module inside itself is entered once."""
    if not isinstance(module, Stub) or not module.is_module or id(module) in above:
        return
    passing = _passing(dict.get(module.state, "_non_persistent_buffers_set"))
    for kind in ("_parameters", "_buffers"):
        for name, value in _items(module, kind):
            if isinstance(value, Stub) and is_tensor(value) and name not in passing:
                yield f"{prefix}{name}", value
    for name, child in _items(module, "_modules"):
        yield from _named(child, f"{prefix}{name}.", above | {id(module)})


def _passing(held: Any) -> frozenset[str]:
    """Names of a set, which the pickle makes of a list."""
    if isinstance(held, Stub) and len(held.args) == 1:
        held = held.args[0]
    plain = isinstance(held, list | set)
    return frozenset(name for name in held if isinstance(name, str)) if plain else frozenset()


def _items(module: Stub, kind: str) -> list[tuple[str, Any]]:
    held = dict.get(module.state, kind)
    return [(str(k), v) for k, v in dict.items(held)] if isinstance(held, dict) else []
