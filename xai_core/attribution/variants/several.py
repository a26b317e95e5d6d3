"""One method several times: a map for each of several values of a parameter, such as layers.

A variant stands beside the other methods of a run like any of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.variants.names import SIGN, base_of, values_in
from xai_core.base.parameters import describe

EACH = "layers"  # what such a parameter holds
TOGETHER = "fused"  # a parameter that makes one map of all of them
UNSAFE = re.compile(r"[^\w.-]+")  # names become names of files


def expanded(methods: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parameters by name, with a variant for each value where a parameter is given several.

    Args:
        methods: parameters by method; those that hold `layers` may have several values.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, given in methods.items():
        several = _several(name, given)
        if several is None:
            found[name] = dict(given)
            continue
        parameter, values = several
        for value in values:
            found[_free(f"{name}{SIGN}{UNSAFE.sub('-', value)}", found)] = {
                **given,
                parameter: value,
            }
    return found


def merged(methods: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The way back: parameters by method, the values of variants in one text."""
    found: dict[str, dict[str, Any]] = {}
    for name, given in methods.items():
        own, before = dict(given), found.get(base_of(name))
        for info in describe(METHODS[name].Parameters) if before else ():
            if before and info.holds == EACH:
                own[info.name] = f"{before[info.name]}, {given[info.name]}"
        found[base_of(name)] = own
    return found


def _several(name: str, given: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """The parameter that is given several values, and these."""
    for info in describe(METHODS[name].Parameters):
        apart = info.holds == EACH and not given.get(TOGETHER)
        values = values_in(str(given.get(info.name, ""))) if apart else []
        if len(values) > 1:
            return info.name, values
    return None


def _free(name: str, taken: Mapping[str, Any]) -> str:
    number = 2
    wanted = name
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
