"""What a method costs on the chosen model, before it is started: passes, and seconds."""

from __future__ import annotations

from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build
from xai_core.readiness import estimated_seconds
from xai_core.readiness.result import Verdict


def passes(space: Workspace, verdict: Verdict | None, name: str) -> int | None:
    """How often the model is run for one map at the present settings; None where that is open."""
    shape = verdict.input_shape if verdict is not None else None
    if shape is None or len(shape) != 4:
        return None
    plugin = METHODS[name]
    try:
        settings = build(plugin.Parameters, space.parameters(name))
    except XaiError:  # a form says what is wrong with them
        return None
    return plugin.samples(settings, (shape[1], shape[2], shape[3]))


def seconds(space: Workspace, verdict: Verdict | None, name: str) -> tuple[float | None, bool]:
    """How long one map takes, and whether that was measured: on the map that is on screen."""
    if verdict is None:
        return None, False
    given, run = dict(space.parameters(name)), space.run
    found = run.attributions.get(name)
    alike = found is not None and run.model_sha256 == verdict.sha256
    if found is not None and alike and dict(found.parameters) == given:
        return found.seconds, True
    return estimated_seconds(verdict, name, given), False


def told_time(value: float | None) -> str:
    """Seconds for a person."""
    if value is None:
        return "unknown"
    if value < 10:
        return f"{value:.2g} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def told_passes(count: int) -> str:
    """Passes for a person."""
    return "1 pass" if count == 1 else f"{count:,d} passes"


def of_method(space: Workspace, verdict: Verdict | None, name: str) -> str:
    """Both in a few words; empty where nothing is known."""
    count, (time, measured) = passes(space, verdict, name), seconds(space, verdict, name)
    parts = [] if count is None else [told_passes(count)]
    if time is not None:
        parts.append(told_time(time) if measured else f"≈ {told_time(time)}")
    return ", ".join(parts)


def of_all(space: Workspace, verdict: Verdict | None, names: list[str]) -> str:
    """What several methods take together, for one picture; empty where nothing is known."""
    counts = [passes(space, verdict, name) for name in names]
    known = [one for one in counts if one is not None]
    times = [seconds(space, verdict, name)[0] for name in names]
    if not names or len(known) < len(names):
        return ""
    found = [one for one in times if one is not None]
    time = f", at most about {told_time(sum(found))}" if len(found) == len(names) else ""
    return f"{told_passes(sum(known))}{time}"
