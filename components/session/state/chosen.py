"""The chosen methods as they are computed: one for each layer, where there are several."""

from __future__ import annotations

from typing import Any

from components.session.state.workspace import Workspace
from xai_core.attribution.variants.names import base_of
from xai_core.attribution.variants.several import expanded

NONE, CANNOT = "Choose a method first.", "None of the chosen methods can run on this model."


def lacking(space: Workspace) -> str | None:
    """Why nothing can be computed by the chosen methods; None where something can."""
    if not space.chosen:
        return NONE
    verdict = space.verdicts.get(space.source)
    known = [verdict.methods.get(name) for name in space.chosen] if verdict else [None]
    return None if any(one is None or one.available for one in known) else CANNOT


def asked(space: Workspace) -> dict[str, dict[str, Any]]:
    """All parameters, by method or variant."""
    return expanded({name: space.parameters(name) for name in space.chosen})


def shown(space: Workspace) -> list[str]:
    """What is chosen of the run on screen, in the order of the choice."""
    place = {name: number for number, name in enumerate(space.chosen)}
    found = [name for name in space.run.attributions if base_of(name) in place]
    return sorted(found, key=lambda name: place[base_of(name)])
