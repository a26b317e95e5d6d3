"""In which order the layers of a head run, and what is assumed to stand between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xai_core.models.weights.own.layers import Layer, UnclearError


@dataclass(frozen=True)
class Step:
    """One layer of the chain. activated: an activation is assumed behind it."""

    layer: Layer
    activated: bool = False


@dataclass(frozen=True)
class Chain:
    """A head as a chain of layers. features: length of the vector that it takes."""

    steps: tuple[Step, ...]
    features: int

    @property
    def outputs(self) -> int:
        """Length of the vector that it gives."""
        return next(step.layer.outputs for step in reversed(self.steps) if step.layer.linear)

    @property
    def assumed(self) -> bool:
        """It holds an activation that no tensor shows."""
        return any(step.activated for step in self.steps)


def chain_of(layers: Sequence[Layer]) -> Chain:
    """The one chain that all layers make: by their numbers, else by the lengths that fit.

    Between two linear layers an activation is assumed: in the first gap of their numbers, else
    behind the normalisation. Behind the last and before the first there is none.

    Raises:
        UnclearError: they make none, or more than one, or it may hold its activations in two ways.
    """
    ordered = _ordered(layers)
    linear = [layer for layer in ordered if layer.linear]
    if not linear:
        raise UnclearError("no linear layer gives the classes")
    length = features = linear[0].inputs
    for layer in ordered:
        if layer.kind == "PReLU":
            continue
        if layer.inputs != length:
            raise UnclearError(f"{layer.text} ({layer.path}) would get {length} numbers")
        length = layer.outputs
    active = _activated(ordered)
    steps = tuple(Step(layer, i in active) for i, layer in enumerate(ordered))
    return Chain(steps, features)


def _ordered(layers: Sequence[Layer]) -> list[Layer]:
    # Numbers are places in a Sequential; names tell nothing, and safetensors sorts them.
    if all(part.isdigit() for layer in layers for part in layer.path.split(".") if part):
        return sorted(layers, key=_numbers)
    rest = [layer for layer in layers if layer.linear]
    starts = [one for one in rest if not any(one.inputs == o.outputs for o in rest if o is not one)]
    if len(starts) != 1:
        starts = rest[:1] if len(rest) == 1 or _in_order(rest) else []
    if not starts:
        raise UnclearError("its linear layers can be put in more than one order")
    found = [starts[0]]
    while len(found) < len(rest):
        following = [x for x in rest if x not in found and x.inputs == found[-1].outputs]
        if not following or (len(following) > 1 and not _in_order(rest)):
            raise UnclearError("its linear layers do not make one chain")
        found.append(following[0])
    for norm in (layer for layer in layers if not layer.linear):
        found.insert(_place(norm, found), norm)
    return found


def _in_order(linear: Sequence[Layer]) -> bool:
    return all(a.outputs == b.inputs for a, b in pairwise(linear))


def _place(norm: Layer, chain: Sequence[Layer]) -> int:
    linear = [(i, layer) for i, layer in enumerate(chain) if layer.linear]
    behind = [i + 1 for i, layer in linear if layer.outputs == norm.inputs]
    fits = ([0] if linear[0][1].inputs == norm.inputs else []) + behind
    taken = {i for i, layer in enumerate(chain) if not layer.linear}
    free = [place for place in fits if place not in taken]
    if norm.kind == "PReLU" or len(free) != 1:
        raise UnclearError(f"{norm.text} ({norm.path}) has more than one place")
    return free[0]


def _numbers(layer: Layer) -> tuple[int, ...]:
    return tuple(int(part) for part in layer.path.split(".") if part)


def _activated(ordered: Sequence[Layer]) -> set[int]:
    places = [i for i, layer in enumerate(ordered) if layer.linear]
    found = set()
    for start, end in pairwise(places):
        between = range(start, end)
        if any(ordered[i].kind == "PReLU" for i in between):
            continue
        gaps = [i for i in between if _gap(ordered[i], ordered[i + 1])]
        apart = end - start > 1 and _parent(ordered[start + 1]) != _parent(ordered[start])
        if apart and gaps:
            raise UnclearError("an activation may end its one part or stand in the next")
        found.add(gaps[0] if gaps else start if apart else end - 1)
    return found


def _gap(one: Layer, following: Layer) -> bool:
    """Between them a place in the same Sequential has no tensors."""
    if _parent(one) != _parent(following):
        return False
    a, b = (layer.path.rpartition(".")[2] for layer in (one, following))
    return a.isdigit() and b.isdigit() and int(b) - int(a) > 1


def _parent(layer: Layer) -> str:
    return layer.path.rpartition(".")[0]
