"""What visitors hand over is read in a process of theirs, never in the server's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st

from components.session.processes import decoders
from components.session.visitor import visit
from xai_core.pictures import preprocessing
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.pictures.raster import Raster
from xai_core.pictures.region import Mask, from_text
from xai_core.studies.computation import Subject
from xai_core.studies.figures.measured import Truth
from xai_core.studies.host.truth import read_truth
from xai_core.worker.decoding import Decoder, comes_along
from xai_core.worker.operations.decoding import Look

T = TypeVar("T")
Decode = Callable[[Path, InputSpec], Prepared]
FEW = 4_000_000  # pixels that are enough to see which preprocessing suits


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs={InputSpec: repr})
def prepared(path: str, spec: InputSpec) -> Prepared:
    """A picture as a model gets it. Raises `InputError`."""
    return decoding()(Path(path), spec)


def decoding() -> Decode:
    """The same, not kept; what this gives is for any thread, and works for this visitor."""
    owner, pool = visit.current(), decoders()

    def decode(path: Path, spec: InputSpec) -> Prepared:
        if comes_along(path):
            return preprocessing.prepare(preprocessing.open_picture(path, spec), spec)
        with pool.borrow(owner, cancel=owner.gone) as decoder:
            return decoder.prepared(path, spec)

    return decode


def truths() -> Callable[[Subject, InputSpec], Truth]:
    """What reads the mask of a picture; for any thread, and works for this visitor."""
    owner, pool = visit.current(), decoders()

    def read(subject: Subject, spec: InputSpec) -> Truth:
        if subject.mask is None:
            return None
        with pool.borrow(owner, cancel=owner.gone) as decoder:
            return read_truth(decoder, subject.mask, subject.path, spec)

    return read


def looked_at(data: bytes) -> Look:
    """What a picture is, once it was decoded whole. Raises `InputError` where it is none."""
    return _asked(lambda decoder: decoder.look(data))


def size_of(path: Path, spec: InputSpec | None = None) -> tuple[int, int]:
    """Width and height of a picture, upright. Raises `InputError`."""
    if comes_along(path):
        return preprocessing.open_picture(path).size
    return _size_of(str(path), spec)


def raster(path: Path, spec: InputSpec | None = None) -> Raster:
    """A picture as its file has it, of many pixels only some. Raises `InputError`."""
    if comes_along(path):
        return preprocessing.open_picture(path)
    return _asked(lambda decoder: decoder.raster(path, FEW, spec))


def mask(data: bytes, size: tuple[int, int], spec: InputSpec) -> Mask:
    """A mask that belongs to a picture of a size. Raises `InputError`."""
    return from_text(_asked(lambda decoder: decoder.mask(data, size, spec)))


def class_names(data: bytes) -> tuple[str, ...]:
    """The names in a text, JSON or CSV file. Raises `InputError`."""
    return _asked(lambda decoder: decoder.class_names(data))


def png_text(data: bytes, key: str) -> str | None:
    """A text chunk of a PNG; None where there is none."""
    return _asked(lambda decoder: decoder.png_text(data, key))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={InputSpec: repr})
def _size_of(path: str, spec: InputSpec | None) -> tuple[int, int]:
    return _asked(lambda decoder: decoder.look(Path(path), spec).size)


def _asked(ask: Callable[[Decoder], T]) -> T:
    owner = visit.current()
    with decoders().borrow(owner, cancel=owner.gone) as decoder:
        return ask(decoder)
