"""An architecture as it is looked for: all its tensors, and the layer that gives its classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xai_core.models.weights.index.entry import CLASSES, Entry, Pattern


@dataclass(frozen=True)
class Known:
    """An architecture as it is looked for.

    Attributes:
        last: name of the layer that gives its classes. patterns: of all its tensors.
        single: no other layer gives classes, too, as that of a distilled transformer.
    """

    entry: Entry
    patterns: Mapping[str, Pattern]
    last: str
    single: bool = True

    def under(self, path: str) -> list[str]:
        """Names of its tensors under a layer."""
        return [name for name in self.patterns if name.startswith(f"{path}.")]

    def replaceable(self) -> list[str]:
        """Layers that a team's head may stand in the place of: the last, and what holds it."""
        parts = self.last.split(".")
        return [".".join(parts[:depth]) for depth in range(len(parts), 0, -1)]

    def features(self, path: str) -> int:
        """Length of the vector that goes into a layer: what its first matrix takes."""
        sizes = [p[1] for name in self.under(path) if len(p := self.patterns[name]) == 2]
        return sizes[0] if sizes else 0


def known_as(entry: Entry, patterns: Mapping[str, Pattern]) -> Known | None:
    """None where it is no classifier whose last layers are plain ones."""
    named = [name for name, pattern in patterns.items() if CLASSES in pattern]
    heads = dict.fromkeys(name.rpartition(".")[0] for name in named)
    main = [head for head in heads if "aux" not in head.lower()]
    weights = [patterns.get(f"{head}.weight", ()) for head in main]
    if not entry.imagenet or not main or any(len(weight) != 2 for weight in weights):
        return None
    return Known(entry, patterns, main[0], len(main) == 1)
