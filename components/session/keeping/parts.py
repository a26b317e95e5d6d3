"""The parts of a workspace that are kept: how each becomes JSON, and how it is read again.

Who adds something to the workspace that is to be kept registers it here, where it is defined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from components.session.keeping.values import UNREADABLE, table, whole
from components.session.state.workspace import Workspace
from xai_core.base.errors import InputError

SCHEMA = 1


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        name: of it in the file. title: for a person.
        tell: what is kept, as JSON values; None where there is nothing to keep.
        take: puts into a new workspace what `tell` gave. It checks first and changes then, and
            raises one of `values.UNREADABLE` for what it does not understand.
        order: smaller is read first: results and pages speak of the files.
    """

    name: str
    title: str
    tell: Callable[[Workspace], Any]
    take: Callable[[Workspace, Any], None]
    order: int


_parts: dict[str, Part] = {}


def register(part: Part) -> Part:
    """Keep this from now on."""
    _parts[part.name] = part
    return part


def told(space: Workspace) -> dict[str, Any]:
    """All parts as JSON."""
    found = {name: part.tell(space) for name, part in _parts.items()}
    return {name: value for name, value in found.items() if value is not None}


def taken(space: Workspace, state: Any) -> list[str]:
    """Put what was kept into a new workspace; the titles of the parts that cannot be read.

    Raises:
        InputError: it is no workspace, or one of a later version.
    """
    try:
        schema, kept = whole(state["schema"]), table(state["parts"])
    except UNREADABLE as cause:
        raise InputError("What was kept of this workspace cannot be read.") from cause
    if schema > SCHEMA:
        raise InputError("What was kept of this workspace is of a later version of Pedestal.")
    broken = []
    for part in sorted(_parts.values(), key=lambda part: part.order):
        if part.name in kept:
            try:
                part.take(space, kept[part.name])
            except UNREADABLE:
                broken.append(part.title)
    return broken
