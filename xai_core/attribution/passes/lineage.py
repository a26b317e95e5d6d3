"""What the entries of an output are made of: by a layer, by an activation, or out of each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.attribution.passes.final_activation import ARRANGING, FinalActivation
from xai_core.attribution.passes.followed import Followed, tensors_in
from xai_core.targets.marks import LINEAR, Mark, mark, mark_of
from xai_core.targets.nested import entries

Call = Callable[..., Any]
MULTIPLYING = ("linear", "addmm", "matmul", "mm", "einsum", "conv1d", "conv2d", "conv3d")
LAYERS = (*MULTIPLYING, "convolution")
ADDING = ("add",)  # a bias


@dataclass(frozen=True)
class Family:
    """What each call of a pass was given by others, by number; no tensor is kept.

    Attributes:
        made: the name of each call, and the numbers of those whose results went in, all lower.
    """

    made: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def by_layer(self, number: int) -> bool:
        """A layer gives it, as far as its values go: what only arranges them does not count."""
        name, parents = self.made[number]
        if name in ARRANGING and parents:
            return self.by_layer(parents[0])
        biased = name in ADDING and any(self.made[one][0] in LAYERS for one in parents)
        return name in LAYERS or biased

    def behind_layers(self, number: int) -> set[int]:
        """All that it is computed from by one layer at least."""
        found: set[tuple[int, bool]] = set()
        todo = [(number, False)]
        while todo:
            at, layered = todo.pop()
            name, parents = self.made[at]
            new = {(parent, layered or name in LAYERS) for parent in parents} - found
            found |= new
            todo += new
        return {one for one, layered in found if layered}


class Lineage:
    """One pass."""

    def __init__(self) -> None:
        self.family = Family()
        self.activations = FinalActivation()
        self._numbers = Followed[int]()

    def handle(self, function: Call, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Make the call; see `Calls`."""
        parents = tuple(self._numbers.among((args, dict(kwargs))))
        result = self.activations.handle(function, args, kwargs)
        for one in tensors_in(result):
            self._numbers.add(one, len(self.family.made))
            self.family.made.append((call_name(function), parents))
        return result

    def marks(self, tensors: Sequence[Tensor]) -> list[Mark]:
        """What was seen of each of an output's entries."""
        numbers = [self._numbers.of(one) for one in tensors]
        feeding: set[int] = set()
        if len(tensors) > 1:
            for number in {one for one in numbers if one is not None}:
                feeding |= self.family.behind_layers(number)
        return [
            self._mark(one, number, number in feeding)
            for one, number in zip(tensors, numbers, strict=True)
        ]

    def _mark(self, tensor: Tensor, number: int | None, feeds: bool) -> Mark:
        if found := self.activations.of(tensor):
            return Mark(found.kind, found.laid_out, feeds)
        linear = number is not None and self.family.by_layer(number)
        return Mark(LINEAR if linear else "", None, feeds)


def observed(call: Call) -> Call:
    """`call`, the entries of whose output say how they came about (`targets.marks`)."""

    def watched(*inputs: Any) -> Any:
        seen = Lineage()
        with Calls(seen.handle):
            output = call(*inputs)
        found = [tensor for _, tensor in entries(output)]
        for tensor, one in zip(found, seen.marks(found), strict=True):
            mark(tensor, one if one.ends_in else replace(mark_of(tensor), feeds=one.feeds))
        return output

    return watched
