"""Whether the run on screen is of what is chosen, and the way back where it is not."""

from __future__ import annotations

from dataclasses import dataclass

from components.methods import changes
from components.methods.changes import Change
from components.session import run_source
from components.session.state.workspace import Workspace


@dataclass(frozen=True)
class State:
    """kept: its model or its picture is not in this session, so it is a view alone."""

    changes: tuple[Change, ...]
    kept: bool

    @property
    def stale(self) -> bool:
        """Whether somebody has chosen something else since."""
        return bool(self.changes) and not self.kept


def of(space: Workspace) -> State:
    """Of the run on screen."""
    return State(changes.of(space), not _is_here(space))


def put_back(space: Workspace) -> None:
    """Choose again what the run on screen is of. How maps are seen stays as it is."""
    recipe = space.recipe
    run_source.show(space, space.run, own=False)
    space.recipe = recipe


def _is_here(space: Workspace) -> bool:
    here = any(
        run_source.sha256_of(str(one.path)) == space.run.picture_sha256
        for one in space.photos.values()
        if one.path.exists()
    )
    return here and run_source.model_of(space) is not None
