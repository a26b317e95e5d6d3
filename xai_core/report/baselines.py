"""The pictures that methods of a run start from or cover with, as files beside its script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.pictures.backgrounds.held import PARAMETER as PARAMETER
from xai_core.pictures.backgrounds.held import named_in, pictures_of

DIGITS = 12


def files(maps: Iterable[Attribution]) -> Iterator[str]:
    """Their names, each once."""
    yield from dict.fromkeys(map(_file, named_in([one.parameters for one in maps])))


def contents(maps: Iterable[Attribution]) -> Iterator[tuple[str, Inputs]]:
    """The same with the pictures `[N, C, H, W]`; without those that are not here any more."""
    for text in dict.fromkeys(named_in([one.parameters for one in maps])):
        with suppress(InputError):
            yield _file(text), pictures_of(text)


def _file(text: str) -> str:
    return f"baseline-{text.partition(':')[2][:DIGITS]}.npy"
