"""Environments beside the program's own, for models that need what it does not import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.models.tensorflow import environment as tensorflow

INTERPRETERS: Mapping[str, Callable[[], Path | None]] = {tensorflow.NAME: tensorflow.interpreter}


def interpreter_for(error: XaiError) -> Path | None:
    """The Python of the environment that an error asks for by its fact `environment`.

    None where it asks for none, or the environment is not set up.
    """
    find = INTERPRETERS.get(str(error.facts.get("environment")))
    return find() if find else None
