"""Finding the state dicts in a checkpoint, and telling whether one fits a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

PREFERRED = ("state_dict", "model_state_dict", "model", "ema", "net", "network", "module")
MAX_DEPTH = 4
COUNTER = "num_batches_tracked"  # torch fills it in where older versions did not save it
ANCHORS = 8


@dataclass(frozen=True)
class StateDict:
    """Tensors by name, and the entry of the checkpoint they were found in ("" for all of it)."""

    entry: str
    tensors: Mapping[str, Tensor]


@dataclass(frozen=True)
class Fit:
    """How well a state dict fits a network, its names read without `prefix`.

    Attributes:
        matching: how many of the network's tensors are there, in the right shape.
        wanted: how many tensors the network has.
        missing, unexpected: names; `mismatched`: name and both shapes, in words.
        left_out: names outside the prefix, which belong to something else.
    """

    state: StateDict
    prefix: str
    matching: int
    wanted: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Every tensor has its place, and every place its tensor."""
        return self.matching > 0 and not (self.missing or self.unexpected or self.mismatched)

    @property
    def score(self) -> float:
        """1 where all agree, 0 where nothing does; large networks do not win by their size."""
        offered = len(self.state.tensors) - len(self.left_out)
        return 2 * self.matching / max(1, self.wanted + offered)

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by the network's own names."""
        start = len(self.prefix)
        return {
            name[start:]: tensor
            for name, tensor in self.state.tensors.items()
            if name.startswith(self.prefix)
        }


def state_dicts(checkpoint: Any) -> list[StateDict]:
    """Every state dict in a checkpoint, the likeliest first; an optimiser's is left out."""
    found = list(_search(checkpoint, "", 0))
    return sorted(found, key=lambda state: _rank(state.entry))


def shapes_of(network: nn.Module) -> dict[str, tuple[int, ...]]:
    """Name to shape of every tensor in its state dict."""
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def best_fit(states: list[StateDict], wanted: Mapping[str, tuple[int, ...]]) -> Fit | None:
    """The first exact fit to tensors of these names and shapes, else the nearest.

    None where there is no state dict.
    """
    fits = [_fit(state, prefix, wanted) for state in states for prefix in _prefixes(state, wanted)]
    exact = next((fit for fit in fits if fit.exact), None)
    return exact or max(fits, key=lambda fit: fit.matching, default=None)


def looks_trained(tensors: Mapping[str, Tensor]) -> bool:
    """Whether normalisation layers have left the values that they start with.

    True where there are none: nothing speaks against it.
    """
    first = [t for name, t in tensors.items() if name.endswith("running_mean")] or [
        t for name, t in tensors.items() if name.endswith("weight") and t.ndim == 1
    ]
    return not first or any(bool((t != t[0]).any()) for t in first if t.numel())


def _search(value: Any, entry: str, depth: int) -> Iterator[StateDict]:
    import torch

    if not isinstance(value, Mapping) or depth > MAX_DEPTH:
        return
    items = [(key, item) for key, item in dict(value).items() if isinstance(key, str)]
    tensors = {key: item for key, item in items if isinstance(item, torch.Tensor)}
    if tensors:
        yield StateDict(entry, tensors)
    for key, item in items:
        if "optim" not in key.lower():
            yield from _search(item, f"{entry}.{key}" if entry else key, depth + 1)


def _rank(entry: str) -> tuple[int, int]:
    last = entry.rpartition(".")[2]
    return (PREFERRED.index(last) if last in PREFERRED else len(PREFERRED), entry.count("."))


def _prefixes(state: StateDict, wanted: Mapping[str, tuple[int, ...]]) -> list[str]:
    found = {"": None}
    for anchor in list(wanted)[:ANCHORS]:
        for name in state.tensors:
            if name.endswith(f".{anchor}"):
                found[name.removesuffix(anchor)] = None
    return list(found)


def _fit(state: StateDict, prefix: str, wanted: Mapping[str, tuple[int, ...]]) -> Fit:
    has = {
        name[len(prefix) :]: tuple(tensor.shape)
        for name, tensor in state.tensors.items()
        if name.startswith(prefix)
    }
    shared = [name for name in wanted if name in has]
    wrong = [name for name in shared if has[name] != wanted[name]]
    return Fit(
        state=state,
        prefix=prefix,
        matching=len(shared) - len(wrong),
        wanted=len(wanted),
        missing=tuple(n for n in wanted if n not in has and not n.endswith(COUNTER)),
        unexpected=tuple(n for n in has if n not in wanted),
        mismatched=tuple(f"{n} is {has[n]} and should be {wanted[n]}" for n in wrong),
        left_out=tuple(n for n in state.tensors if not n.startswith(prefix)),
    )
