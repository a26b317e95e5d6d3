"""Pictures that parameters name go with the call: a worker's process cannot look for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from xai_core.base.errors import InputError
from xai_core.pictures.backgrounds.held import hold_all, named_in, pictures_of
from xai_core.worker.wire.protocol import Array

KEY = "pictures_held"


def with_pictures(
    params: Mapping[str, Any], arrays: tuple[Array, ...]
) -> tuple[Mapping[str, Any], tuple[Array, ...]]:
    """A call with the pictures that it names, last; those that are gone are missed by whoever
    looks at them, which a method that starts elsewhere does not.
    """
    found = []
    for text in dict.fromkeys(named_in(params)):
        with suppress(InputError):
            found.append(pictures_of(text))
    return ({**params, KEY: len(found)}, (*arrays, *found)) if found else (params, arrays)


def without_pictures(
    params: Mapping[str, Any], arrays: tuple[Array, ...]
) -> tuple[Mapping[str, Any], tuple[Array, ...]]:
    """The way back: the call as it was, its pictures held in this process until the next call."""
    count = params.get(KEY, 0)
    if not count:
        return params, arrays
    hold_all(arrays[-count:])
    return {name: value for name, value in params.items() if name != KEY}, arrays[:-count]
