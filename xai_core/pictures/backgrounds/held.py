"""Pictures that stand for nothing: baselines, covers and backgrounds of methods, by their SHA-256.

A method's parameter names them by a short text; the pixels, as the model gets them, are held here,
and lie on disk where a dashboard, a study or a run keeps them.
"""

from __future__ import annotations

import hashlib
import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.errors import InputError
from xai_core.base.limits import MB
from xai_core.base.storage.files import data_folder, keep, write_whole

PARAMETER, HOLDS, AREA, BESIDE = "baseline_pictures", "pictures", "baselines", "baseline-"
TEXT = re.compile(r"([1-9]\d{0,4}):([0-9a-f]{64})")
HEADER = re.compile(rb"(\d{1,5}) (\d{1,5}) (\d{1,5}) (\d{1,5})\n")
MOST_BYTES, HELD_BYTES, MOST_FILES, KIB = 256 * MB, 512 * MB, 20, 1024
MOST = 99_999  # pictures: a text has five digits for them
_held: OrderedDict[str, Inputs] = OrderedDict()
_lock = threading.Lock()


def hold(pictures: Inputs) -> str:
    """The text that names prepared pictures, float32 `[N, C, H, W]`, from now on in this process.

    Raises:
        InputError: they are none, or too large.
    """
    return hold_all([pictures])[0]


def hold_all(several: Sequence[Inputs]) -> list[str]:
    """The same of several: none of them pushes another one out, however large they are together."""
    texts = [_put(one) for one in several]
    with _lock:
        others = [text for text in _held if text not in texts]
        for text in others:
            if sum(one.nbytes for one in _held.values()) <= HELD_BYTES:
                break
            del _held[text]
    return texts


def _put(pictures: Inputs) -> str:
    array = np.ascontiguousarray(checked_inputs(pictures), "<f4")
    check_room(len(array), array.nbytes)
    text = f"{len(array)}:{hashlib.sha256(as_bytes(array)).hexdigest()}"
    with _lock:
        if text not in _held:
            array = array.copy()
            array.flags.writeable = False
            _held[text] = array
        _held.move_to_end(text)
    return text


def check_room(count: int, size: int) -> None:
    """Raises `InputError` for more pictures, or more bytes of them, than `hold` takes."""
    if count > MOST or size > MOST_BYTES:
        raise InputError(
            f"{count:,} pictures take {size / MB:,.0f} MB; at most {MOST:,} are kept, and "
            f"{MOST_BYTES // MB} MB.",
            "Take fewer.",
        )


def pictures_of(text: str) -> Inputs:
    """The pictures that a text names; not to be written to.

    Raises:
        InputError: it names none, or they are not on this machine any more.
    """
    with _lock:
        if text in _held:
            _held.move_to_end(text)
            return _held[text]
    found = TEXT.fullmatch(text)
    if found is None:
        raise InputError(
            f"The baseline is to be a picture, and {text[:40] or 'none'!r} names none.",
            f"Give {PARAMETER}: files or an array; on the command line --baseline FILE.",
        )
    try:
        pictures = from_bytes(file_of(text).read_bytes())
    except (OSError, InputError):
        pictures = None
    if pictures is None or hold(pictures) != text:
        raise InputError(
            f"The {shown(text)} of the baseline are not here any more.", "Choose them again."
        )
    return pictures_of(text)


def count_of(text: str) -> int:
    """How many pictures a text names; 1 where it names none."""
    found = TEXT.fullmatch(text)
    return int(found[1]) if found else 1


def shown(text: str) -> str:
    """For a person: how many, with a sign to tell them apart."""
    found = TEXT.fullmatch(text)
    if found is None:
        return text
    return f"{found[1]} picture{'' if found[1] == '1' else 's'} ({found[2][:8]})"


def kept(text: str, write: Callable[[bytes], Any] = lambda data: keep(data, AREA)) -> str:
    """The same text, its pictures written to disk, where every process of this machine finds them.

    Raises:
        XaiError: they are not here, or the disk is full.
    """
    write(as_bytes(pictures_of(text)))
    return text


def file_of(text: str) -> Path:
    """Where `kept` writes what a text names."""
    return data_folder() / AREA / text.partition(":")[2]


def write_beside(folder: Path, parameters: Any) -> None:
    """Those that parameters name and that are here, into a folder of a run or a study: a map whose
    pictures are gone is kept, too. Raises `XaiError` where they cannot be written.
    """
    for text in dict.fromkeys(named_in(parameters, here=True)):
        path = folder / f"{BESIDE}{text.partition(':')[2]}"
        if not path.exists():
            write_whole(path, as_bytes(pictures_of(text)))


def read_beside(folder: Path) -> None:
    """Hold those that lie in such a folder; one that cannot be read is missed where it is used."""
    with suppress(OSError):
        for path in sorted(folder.glob(f"{BESIDE}*"))[:MOST_FILES]:
            with suppress(OSError, InputError):
                if path.stat().st_size <= MOST_BYTES + KIB:
                    hold(from_bytes(path.read_bytes()))


def as_bytes(pictures: Inputs) -> bytes:
    """Their sizes in a line, and the values; named on disk by the SHA-256 of that."""
    return (" ".join(map(str, pictures.shape)) + "\n").encode() + pictures.astype("<f4").tobytes()


def from_bytes(data: bytes) -> Inputs:
    """What `as_bytes` wrote. Raises `InputError` where it is something else."""
    head = HEADER.match(data)
    shape = tuple(map(int, head.groups())) if head else (0,)
    values = data[head.end() :] if head else b""
    if not head or len(values) != 4 * math.prod(shape):
        raise InputError("This file holds no pictures of a baseline.")
    return checked_inputs(np.frombuffer(values, "<f4").reshape(shape))


def named_in(value: Any, *, here: bool = False) -> Iterator[str]:
    """The texts that name pictures, in parameters of methods that may lie deep in what is sent;
    `here`: without those whose pictures are gone.
    """
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key == PARAMETER:
                named = isinstance(one, str) and TEXT.fullmatch(one)
                if named and not (here and _are_gone(one)):
                    yield one
            else:
                yield from named_in(one, here=here)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from named_in(one, here=here)


def _are_gone(text: str) -> bool:
    with suppress(InputError):
        pictures_of(text)
        return False
    return True
