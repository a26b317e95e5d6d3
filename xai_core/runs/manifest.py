"""What `run.json` says of a run: everything but its arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.pace import Pace
from xai_core.base.parameters import filled
from xai_core.base.target import explained_from

# 5 had no `opening`, 4 no `autocast` in `pace`, 3 no `pace`, 2 no `explained` and `form`, 1 none of
# the fields after `failures`.
SCHEMA = 6
NESTED = ("input_spec", "explained", "form")
APART = ("pixels", "attributions", "scores", "recipe", "guesses", "seeds", *NESTED)


def told(attribution: Attribution) -> dict[str, Any]:
    """An attribution as JSON, without its array."""
    entry = dict(vars(attribution))
    del entry["values"]
    entry["explained"] = [one.to_dict() for one in entry["explained"]]
    entry["pace"] = asdict(entry["pace"])
    return entry


def attribution_from(entry: dict[str, Any], values: np.ndarray) -> Attribution:
    """One of the attributions that `told` made, with its array."""
    found: dict[str, Any] = {name: tuple(entry[name]) for name in ("target", "native_size")}
    found["explained"] = tuple(map(explained_from, entry.get("explained", ())))
    found["pace"] = Pace(**entry.get("pace", {}))
    if entry["method"] in METHODS:
        given = entry.get("parameters", {})
        found["parameters"] = filled(METHODS[entry["method"]].Parameters, given)
    return Attribution(**{**entry, **found, "values": values.astype(np.float32, copy=False)})


def maps_digest(attributions: Mapping[str, Attribution]) -> str:
    """SHA-256 over the raw maps of a run, hexadecimal."""
    total = hashlib.sha256()
    for name, one in attributions.items():
        total.update(name.encode())
        total.update(np.ascontiguousarray(one.values).data)
    return total.hexdigest()
