"""Pictures that parameters name go with the call: a worker's process cannot look for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xai_core.pictures.backgrounds.held import hold, named_in, pictures_of
from xai_core.worker.wire.protocol import Array

KEY = "pictures_held"


def with_pictures(
    params: Mapping[str, Any], arrays: tuple[Array, ...]
) -> tuple[Mapping[str, Any], tuple[Array, ...]]:
    """A call with the pictures that it names, last; those that are gone are missed by whoever
    looks at them, which a method that starts elsewhere does not.
    """
    names = list(dict.fromkeys(named_in(params, here=True)))
    if not names:
        return params, arrays
    return {**params, KEY: len(names)}, (*arrays, *map(pictures_of, names))


def without_pictures(
    params: Mapping[str, Any], arrays: tuple[Array, ...]
) -> tuple[Mapping[str, Any], tuple[Array, ...]]:
    """The way back: the call as it was, its pictures held in this process from now on."""
    count = params.get(KEY, 0)
    if not count:
        return params, arrays
    for one in arrays[-count:]:
        hold(one)
    return {name: value for name, value in params.items() if name != KEY}, arrays[:-count]
