"""The pictures that methods start from or cover with, as files beside a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pprint import pformat
from typing import Any

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.pictures.backgrounds.held import PARAMETER as PARAMETER
from xai_core.pictures.backgrounds.held import named_in, pictures_of
from xai_core.pictures.backgrounds.names import known_in

DIGITS = 12


def files(parameters: Any) -> Iterator[str]:
    """The names of those that parameters of methods name, each once."""
    yield from dict.fromkeys(map(_file, named_in(parameters)))


def contents(parameters: Any) -> Iterator[tuple[str, Inputs]]:
    """The same with the pictures `[N, C, H, W]`; without those that are not here any more."""
    for text in dict.fromkeys(named_in(parameters)):
        with suppress(InputError):
            yield _file(text), pictures_of(text)


def called(several: Iterable[Attribution]) -> str:
    """A script's line for what the pictures' own files are called, by the names of `files`; none
    where that is not known. Names stand in it as literals only.
    """
    kept = ((one.parameters, one.chosen) for one in several)
    known = {_file(text): names for text, names in known_in(kept).items()}
    return f"\nBASELINE_NAMES = {pformat(known, width=80)}" if known else ""


def _file(text: str) -> str:
    return f"baseline-{text.partition(':')[2][:DIGITS]}.npy"
