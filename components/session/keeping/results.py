"""The run on screen, by its id among the kept ones; and what was being computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.session import kept_runs
from components.session.jobs.state import JobState
from components.session.keeping.parts import Part, register
from components.session.keeping.values import maybe, several, table, texts
from components.session.state.workspace import Workspace
from xai_core.base.errors import InputError
from xai_core.runs.store import ID

INTERRUPTED = "Interrupted: the server stopped this before it was done. Compute it again."
LOST = "The run that was on screen is no longer kept on this server."
MOST_LINKED = 1000


def jobs(space: Workspace) -> Mapping[str, JobState[Any]]:
    """All that can be computed at one time, by what a person calls it."""
    return {
        "maps": space,
        "maps of many pictures": space.study_state,
        "maps of two models": space.pairing,
        "controls": space.control_state,
        "further seeds": space.seeding,
        "metrics": space.measuring,
        "noise that the model bears": space.noise_state,
        "maps for a scale": space.scaling,
    }


def _write(space: Workspace) -> dict[str, Any]:
    return {
        "run": _run(space),
        "addressed": space.addressed,
        "linked": sorted(space.linked)[:MOST_LINKED],
        "running": [name for name, one in jobs(space).items() if _runs(one)],
    }


def _run(space: Workspace) -> str | None:
    """Also of a result that nobody has looked at yet."""
    job, keeper = space.job, space.keeper
    done = job is not None and job.finished and job.result is not None
    return keeper.id if done and keeper is not None and keeper.id else space.run_id


def _runs(state: JobState[Any]) -> bool:
    """Or did, before the server was started again, and was not computed since."""
    if state.job is None:
        return state.failure == INTERRUPTED
    return not state.job.finished


def _read(space: Workspace, data: Any) -> None:
    given = table(data)
    run, addressed = (maybe(given[name], _id) for name in ("run", "addressed"))
    linked = set(several(given["linked"], _id))
    running = texts(given["running"])
    space.linked, space.addressed = linked, addressed
    for name, state in jobs(space).items():
        if name in running:
            state.failure = INTERRUPTED
            space.notes.append(f"Computing {name} was interrupted before it was done.")
    if run is not None:
        try:
            space.run, space.run_id = kept_runs.store().open(run), run
        except InputError:
            space.notes.append(LOST)


def _id(data: Any) -> str:
    if not isinstance(data, str) or not ID.fullmatch(data):
        raise ValueError("no id of a run")
    return data


register(Part("results", "the run on screen", _write, _read, order=40))
