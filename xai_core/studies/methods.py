"""The methods of a study, with all their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.base.parameters import build

Methods = Mapping[str, Mapping[str, Any]]
"""Parameters by method name; missing ones take their defaults."""


def complete(methods: Methods) -> dict[str, dict[str, Any]]:
    """With every parameter, checked. Raises `InputError`."""
    if not methods:
        raise InputError("A study needs at least one method.", "Choose some.")
    return {name: asdict(build(METHODS[name].Parameters, given)) for name, given in methods.items()}
