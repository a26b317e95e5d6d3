"""What torchvision and timm offer for the weights of a file, and why one was chosen."""

from __future__ import annotations

from collections.abc import Sequence, Set

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.equal_fits import equal_fits
from xai_core.models.weights.index.ranking import Match
from xai_core.models.weights.index.search import close_names, numbers_of, search
from xai_core.models.weights.index.storage import read_index
from xai_core.models.weights.library import LibraryArchitecture
from xai_core.models.weights.state_dicts import StateDict


def library_builders(
    states: Sequence[StateDict], said: Set[str], asked: str | None = None
) -> list[Builder]:
    """The one that fits exactly; where none does, the nearest, best first.

    Args:
        said: texts that the file holds. asked: name of the architecture, where one was chosen.

    Raises:
        ModelError: `missing-architecture`, there is none of the name asked for.
    """
    if asked is not None and not numbers_of(asked, read_index()):
        raise _unknown(asked)
    found = search(states, said, asked)
    if found.exact:
        return [_builder(found.exact[0], found.exact[1:])]
    return [_builder(match) for match in found.nearest]


def _builder(match: Match, alike: Sequence[Match] = ()) -> Builder:
    architecture = LibraryArchitecture(match.entry, match.channels)
    equal = equal_fits(match.entry, [one.entry for one in alike])
    findings = (_found(match), *equal) if match.exact else ()
    return Builder(
        title=match.entry.name,
        build=lambda: architecture.build(match.classes),
        architecture=architecture,
        num_classes=match.classes,
        wanted=match.wanted,
        findings=findings,
    )


def _found(match: Match) -> Finding:
    head = f"; {match.classes} outputs, read from {match.head}" if match.head else ""
    if not match.classes:
        head = "; it has no classifier, so its outputs are features"
    return Finding(
        "architecture-found",
        "info",
        f"The weights fit {match.entry.name}: {match.matching} of {match.given} tensors by name "
        f"and shape{head}.",
    )


def _unknown(asked: str) -> ModelError:
    index = read_index()
    near = close_names(asked, index)
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    return ModelError(
        f"There is no architecture called {asked!r}.",
        f"{guess}There are: {', '.join(ARCHITECTURES.names())}, and {len(index.entries)} of "
        "torchvision and timm, such as torchvision/resnet18. "
        "Or give a Python file that builds the network.",
        code="missing-architecture",
        known=[*ARCHITECTURES.names(), *near],
    )
