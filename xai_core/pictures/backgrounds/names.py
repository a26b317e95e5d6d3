"""The names of the files that a baseline's pictures were made of, for a person.

They are kept with a map: the text that names the pictures tells what they are, whatever they are
called, and is the same for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from xai_core.pictures.backgrounds import held

KEPT = "baseline_names"  # in an attribution's choices
MOST, LONGEST = 5, 80  # names, and signs of one


def file_names(given: Iterable[object]) -> list[str]:
    """Without folders, short, each once, the first few."""
    found = (re.split(r"[\\/]", str(one).rstrip("\\/"))[-1][:LONGEST] for one in given)
    return list(dict.fromkeys(filter(None, found)))[:MOST]


def names_in(chosen: Mapping[str, Any]) -> list[str]:
    """Those that an attribution's choices hold, whoever wrote them."""
    found = chosen.get(KEPT)
    several = found if isinstance(found, list | tuple) else ()
    return file_names(one for one in several if isinstance(one, str))


def shown(text: str, names: Iterable[object] = ()) -> str:
    """For a person: how many pictures a text names, of which files, and a sign to tell them apart.
    A text that names none stays as it is.
    """
    plain, called = held.shown(text), ", ".join(file_names(names))
    if plain == text or not called:
        return plain
    count, _, sign = plain.partition(" (")
    return f"{count} ({called}; {sign}"


def known_in(kept: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Names by the text of the pictures. kept: parameters and choices of maps."""
    found: dict[str, list[str]] = {}
    for parameters, chosen in kept:
        for text in held.named_in(parameters):
            if names := names_in(chosen):
                found.setdefault(text, names)
    return found


def chosen_with(
    parameters: Mapping[str, Any], chosen: Mapping[str, Any], names: Mapping[str, Iterable[object]]
) -> dict[str, Any]:
    """The choices of a map with the names of its pictures, where they are known by their text."""
    own = dict(chosen)
    for text in held.named_in(parameters):
        if told := file_names(names.get(text, ())):
            own[KEPT] = told
    return own
