"""What two runs differ in, in words and rounded figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from components.maps.tiles import title_of
from components.runs import clock
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.difference import RECIPE, VERSIONS, Change

NAMES = {
    "model": "Model",
    "model sha256": "Bytes of the model's file",
    "model format": "Format of the model",
    "picture": "Picture",
    "picture sha256": "Bytes of the picture's file",
    "target label": "What is explained",
    "head activation": "Activation of the head",
    "other inputs": "Other inputs",
    "input spec": "Preprocessing",
    "level": "Readiness",
    "machine": "Computer",
    "seconds": "Time to compute",
    "created": "Computed",
}
STEPS = {
    "channels": "Channels become one value by",
    "sign": "Sign",
    "crop": "Part of the input",
    "grid": "Grid",
    "quantile": "Baseline quantile",
}
GIVEN: Mapping[str, Callable[[Any], str]] = {
    "seconds": lambda value: f"{value:.1f} s",
    "created": lambda value: clock.told(value),
    "model sha256": lambda value: _fingerprint(value),
    "picture sha256": lambda value: _fingerprint(value),
}


def told(change: Change) -> tuple[str, str, str]:
    """The name of a change, and what it is in either run."""
    if change.area == "":
        name = NAMES.get(change.what, change.what.capitalize())
        draw = GIVEN.get(change.what, said)
        none = "not told"
    elif change.area == RECIPE:
        name, draw, none = f"Recipe: {STEPS.get(change.what, change.what)}", said, "unchanged"
    elif change.area == VERSIONS:
        name, draw, none = f"Version of {change.what}", said, "not told"
    elif change.area == change.what:
        name, draw, none = title_of(change.area), _computed, ""
    else:
        name, draw, none = f"{title_of(change.area)}: {change.what}", said, "does not apply"
    first, second = (none if one is None else draw(one) for one in (change.first, change.second))
    return name, first, second


def said(value: Any) -> str:
    """A value for a person."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, InputSpec):
        return f"{value.height:d} × {value.width:d}, {value.fit}"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(said, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {said(one)}" for key, one in value.items()) or "none"
    return str(value)


def _computed(there: bool) -> str:
    return "computed" if there else "not computed"


def _fingerprint(sha256: str) -> str:
    return f"fingerprint {sha256[:4]} {sha256[4:8]}"
