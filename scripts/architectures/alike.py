"""Which of torchvision's and timm's architectures with the same tensors compute the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch

from xai_core.models.weights.index.entry import Entry, Pattern
from xai_core.models.weights.library import construct

ResultCache = tuple[Entry, Mapping[str, Pattern]]
CLASSES = 10
TOLERANCE = 1e-5  # of the largest score; another epsilon in a normalisation makes 1e-4


def with_equals(architectures: list[ResultCache]) -> list[ResultCache]:
    """The same, where an entry that computes what an earlier one of other layers does gets its
    `parts`. Compared are networks in which a library's layers cannot tell: those of torchvision
    with those of timm.
    """
    groups: dict[tuple[tuple[str, Pattern], ...], list[int]] = {}
    for number, (_, tensors) in enumerate(architectures):
        groups.setdefault(tuple(tensors.items()), []).append(number)
    result = list(architectures)
    for members in groups.values():
        first = result[members[0]][0]
        if first.library == "torchvision":
            for number in members[1:]:
                entry, tensors = result[number]
                if entry.library != "torchvision" and _same(first, entry):
                    result[number] = (replace(entry, parts=first.parts), tensors)
    return result


def _same(one: Entry, other: Entry) -> bool:
    torch.manual_seed(0)
    first, second = construct(one, CLASSES, 3).eval(), construct(other, CLASSES, 3).eval()
    second.load_state_dict(first.state_dict(), strict=True)
    inputs = torch.randn(1, 3, one.picture.height, one.picture.width)
    with torch.no_grad():
        a, b = first(inputs), second(inputs)
    return bool((a - b).abs().max() <= TOLERANCE * a.abs().max())
