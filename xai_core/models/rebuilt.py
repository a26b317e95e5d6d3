"""What the families of networks offer for the weights of a file, and what they take for granted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xai_core.base.finding import Finding
from xai_core.models.architectures.base import Architecture, Shapes
from xai_core.models.families.base import FAMILIES, Recipe
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.state_dicts import StateDict

if TYPE_CHECKING:
    from torch import nn

DEPTH = 4  # dotted parts of a prefix, at most
WRONG = "Where they are wrong, outputs and maps are, too."
OTHERWISE = (
    "If the network was made otherwise, give a Python file with a function `build()` and trust it "
    "(`--code`, `--trust`)."
)
SHARE = 0.5  # of the tensors that are below a prefix, at least


class RecipeArchitecture(Architecture):
    """A recipe as an architecture that weights are put into."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.name = self.title = recipe.title
        self.input_spec = recipe.input_spec
        self.labels_assumed = recipe.imagenet

    def build(self, num_classes: int) -> nn.Module:
        """As the contract says; the recipe has read the classes from the tensors."""
        return self.recipe.build()

    def labels(self, num_classes: int) -> tuple[str, ...] | None:
        """The recipe's guess."""
        return self.recipe.labels


def family_builders(states: Sequence[StateDict]) -> list[Builder]:
    """Of the first state dict, and the first prefix in it, whose names are of a family.

    Raises:
        ModelError: `missing-code`, the family's library is not installed;
            `missing-architecture`, the network takes volumes.
    """
    for state in states:
        shapes = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        for prefix in _prefixes(shapes):
            below = {n.removeprefix(prefix): s for n, s in shapes.items() if n.startswith(prefix)}
            found = [recipe for family in FAMILIES for recipe in family.recipes(below)]
            if found:
                return [_builder(recipe) for recipe in found]
    return []


def _prefixes(shapes: Shapes) -> Iterator[str]:
    """Those that most tensors are below, the shortest first."""
    counts: Counter[str] = Counter()
    for name in shapes:
        parts = name.split(".")
        counts.update({".".join(parts[:depth]) + "." for depth in range(1, min(DEPTH, len(parts)))})
    yield ""
    frequent = [prefix for prefix, count in counts.items() if count >= SHARE * len(shapes)]
    yield from sorted(frequent, key=len)


def _builder(recipe: Recipe) -> Builder:
    told = f"The weights fit {recipe.title}, tensor by tensor"
    if recipe.classes:
        told += f"; {recipe.classes} outputs"
    return Builder(
        title=recipe.title,
        build=recipe.build,
        architecture=RecipeArchitecture(recipe),
        num_classes=recipe.classes,
        findings=(Finding("architecture-found", "info", f"{told}."), *_assumed(recipe)),
        finish=recipe.finish,
    )


def _assumed(recipe: Recipe) -> Iterator[Finding]:
    if recipe.doubtful:
        told = (
            f"No tensor tells these settings, and they are a guess: {'; '.join(recipe.doubtful)}."
        )
        yield Finding("settings-assumed", "warning", f"{told} {WRONG}", OTHERWISE)
    if recipe.assumed:
        told = "No tensor tells these settings, so the library's usual ones were taken: "
        yield Finding("settings-assumed", "info", f"{told}{'; '.join(recipe.assumed)}.", OTHERWISE)
