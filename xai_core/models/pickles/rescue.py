"""The weights of a module whose class is missing: by name, as `state_dict()` would give them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.pickles.torch_file import MODULE_KEYS, TorchFile

if TYPE_CHECKING:
    from torch import Tensor


class Placeholder:
    """In place of every object that is no tensor; keeps the state that it is given."""

    state: dict[str, Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Placeholder:  # noqa: D102 - as any class is made
        made = object.__new__(cls)
        made.state = {}
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {}


def rescued_tensors(path: Path, file: TorchFile) -> dict[str, Tensor]:
    """Parameters and buffers of the module in the file. No class that it names is imported.

    Raises:
        ModelError: `missing-code`, the layout cannot be read without running code.
    """
    import torch

    husks: Any = [(type("Husk", (Placeholder,), {}), name.path) for name in file.names]
    try:
        with torch.serialization.safe_globals(husks):
            found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as cause:
        raise ModelError(
            f"The weights cannot be taken out without the classes of the file: {cause}",
            "Give the Python file that defines them, or save the weights (a state_dict).",
            code="missing-code",
        ) from cause
    return dict(_named(_module(found), "", set()))


def _module(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    held = [found.get(key) for key in MODULE_KEYS] + list(found.values())
    return next((x for x in held if isinstance(x, Placeholder) and "_modules" in x.state), None)


def _named(module: Any, prefix: str, above: set[int]) -> list[tuple[str, Tensor]]:
    """In the order of `state_dict()`; a module inside itself is entered once."""
    import torch

    if not isinstance(module, Placeholder) or id(module) in above:
        return []
    passing = module.state.get("_non_persistent_buffers_set") or ()
    own = [
        (f"{prefix}{name}", value)
        for kind in ("_parameters", "_buffers")
        for name, value in _items(module, kind)
        if isinstance(value, torch.Tensor) and name not in passing
    ]
    for name, child in _items(module, "_modules"):
        own += _named(child, f"{prefix}{name}.", above | {id(module)})
    return own


def _items(module: Placeholder, kind: str) -> list[tuple[str, Any]]:
    held = module.state.get(kind)
    return [(str(k), v) for k, v in held.items()] if isinstance(held, dict) else []
