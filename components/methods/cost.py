"""What a method costs on the chosen model, before it is started: passes, and seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.variants.names import base_of
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build
from xai_core.readiness import estimated_seconds
from xai_core.readiness.result import Verdict


def passes(space: Workspace, verdict: Verdict | None, name: str) -> int | None:
    """How often the model is run for one map at the present settings; None where that is open."""
    shape = _shape(space, verdict)
    return None if shape is None else _samples(name, space.parameters(name), shape)


def seconds(space: Workspace, verdict: Verdict | None, name: str) -> tuple[float | None, bool]:
    """How long one map takes, and whether that was measured: on the map that is on screen."""
    given, found = dict(space.parameters(name)), space.run.attributions.get(name)
    if found is not None and _on_screen(space, verdict) and dict(found.parameters) == given:
        return found.seconds, True
    if verdict is not None:
        return estimated_seconds(verdict, name, given), False
    count, pace = passes(space, None, name), _pace(space)
    return (None if count is None or pace is None else count * pace), False


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
    time = f", about {told_time(sum(found))}" if len(found) == len(names) else ""
    return f"{told_passes(sum(known))}{time}"


def _on_screen(space: Workspace, verdict: Verdict | None) -> bool:
    """Whether the maps on screen are of the chosen model."""
    if verdict is None:
        return space.run.model == space.source
    return space.run.model_sha256 == verdict.sha256


def _shape(space: Workspace, verdict: Verdict | None) -> tuple[int, int, int] | None:
    """Channels, height and width of the chosen model's input; None where they are not known."""
    if verdict is not None:
        found = verdict.input_shape
        return (found[1], found[2], found[3]) if found is not None and len(found) == 4 else None
    spec = space.run.input_spec
    return spec.shape if spec is not None and _on_screen(space, None) else None


def _samples(name: str, given: Mapping[str, Any], shape: tuple[int, int, int]) -> int | None:
    plugin = METHODS[name]
    try:
        return plugin.samples(build(plugin.Parameters, given), shape)
    except XaiError:  # the form says what is wrong with them
        return None


def _pace(space: Workspace) -> float | None:
    """Seconds for a sample, over all maps on screen where they are of the chosen model."""
    shape = _shape(space, None)
    made = space.run.attributions if shape is not None else {}
    counts = [_samples(base_of(name), one.parameters, shape) for name, one in made.items() if shape]
    taken = sum(one.seconds for one in made.values())
    total = sum(filter(None, counts))
    return taken / total if total and taken > 0 else None
