"""The module in what a file held: the object itself, or the one of a checkpoint that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.pickles.torch_file import MODULE_KEYS
from xai_core.models.weights.averaged import averaged, choice_finding

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class HeldModule:
    """The module, the entries that hold another set of its weights, and what is to be said."""

    module: nn.Module
    alternatives: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def module_in(found: Any, wanted: str | None = None) -> HeldModule:
    """Of several, the one that is an average over the training, as with weights.

    Args:
        wanted: the entry that is meant.

    Raises:
        ModelError: `unknown-format`, there is none; `weights-chosen`, none of the name wanted.
    """
    from torch import nn

    if isinstance(found, nn.Module):
        return HeldModule(unwrapped(found))
    held = _entries(found)
    if not held:
        raise ModelError(
            f"A model (an nn.Module) was expected, but the file holds a {type(found).__name__}.",
            "Save the model itself with torch.save(model, path).",
            code="unknown-format",
        )
    if wanted is not None and wanted not in held:
        raise ModelError(
            f"The file has no weights called {wanted!r}.",
            f"It has: {', '.join(held)}.",
            code="weights-chosen",
        )
    key = wanted or next(iter(held))
    names = _alike(held, key)
    chosen = choice_finding(key, names, wanted is not None)
    taken = Finding("checkpoint-entry", "info", f"The model was taken from the entry {key!r}.")
    return HeldModule(held[key], names, (*chosen, taken))


def unwrapped(module: nn.Module) -> nn.Module:
    """Without what compiles, copies or averages it (`torch.compile`, `DataParallel`)."""
    from torch import nn
    from torch.optim.swa_utils import AveragedModel

    while True:
        if isinstance(module, nn.DataParallel | AveragedModel):
            inner = module.module
        else:
            inner = vars(module).get("_modules", {}).get("_orig_mod")
        if not isinstance(inner, nn.Module):
            return module
        module = inner


def _entries(found: Any) -> dict[str, nn.Module]:
    from torch import nn

    if not isinstance(found, Mapping):
        return {}
    keys = [*MODULE_KEYS, *(key for key in dict(found) if key not in MODULE_KEYS)]
    held = {
        str(key): unwrapped(value)
        for key in keys
        if isinstance(value := found.get(key), nn.Module) and not _no_network(value)
    }
    return dict(sorted(held.items(), key=lambda pair: not averaged(pair[0])))


def _no_network(module: nn.Module) -> bool:
    return not any(True for _ in module.parameters())


def _alike(held: Mapping[str, nn.Module], key: str) -> tuple[str, ...]:
    def form(module: nn.Module) -> set[tuple[str, tuple[int, ...]]]:
        return {(name, tuple(t.shape)) for name, t in module.state_dict().items()}

    wanted = form(held[key])
    names = tuple(name for name, module in held.items() if form(module) == wanted)
    return names if len(names) > 1 else ()
