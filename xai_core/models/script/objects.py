"""The objects in a TorchScript archive: what they would be made of, told without making them.

torch's own reader of these pickles believes them: the size of a tensor, and that a number is the
place of a function. So they are read as pickles here, and must be what torch writes.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.operators.words import words
from xai_core.models.pickles.globals import STORAGE_BYTES, Global
from xai_core.models.pickles.skeleton import (
    TENSOR_MAKERS,
    Contents,
    Stored,
    Stub,
    read_contents,
    walk,
)

OPCODES = words(
    """
APPEND APPENDS BINFLOAT BINGET BININT BININT1 BININT2 BINPERSID BINPUT BINUNICODE BUILD DICT
EMPTY_DICT EMPTY_LIST EMPTY_TUPLE GLOBAL LIST LONG1 LONG_BINGET LONG_BINPUT MARK NEWFALSE NEWOBJ
NEWTRUE NONE PROTO REDUCE SETITEMS STOP TUPLE TUPLE1 TUPLE2 TUPLE3
"""
)
MAKERS = words(
    """
collections.OrderedDict builtins.complex torch._utils._rebuild_qtensor
torch._utils._rebuild_tensor_v2 torch.jit._pickle.build_boollist torch.jit._pickle.build_doublelist
torch.jit._pickle.build_intlist torch.jit._pickle.build_tensorlist
torch.device torch.jit._pickle.restore_type_tag torch.per_channel_affine
torch.per_channel_affine_float_qparams torch.per_channel_symmetric torch.per_tensor_affine
torch.per_tensor_symmetric
"""
)
OWN = re.compile(r"__torch__(\.[A-Za-z0-9_]+)+")
CLASSES = "__torch__.torch.classes."
COMPILED = re.compile(r"__torch__\.torch\.classes\.(?!quantized\.)")
BROKEN = "Copy or download the file again, or save the model again."


@dataclass(frozen=True)
class Objects:
    """What one pickle would make.

    Attributes:
        foreign: names beyond tensors, containers and classes of the file's own code.
        root: the object, of stand-ins. own: it holds objects of the file's own classes.
    """

    foreign: tuple[str, ...]
    root: Any
    own: bool


def read_objects(data: bytes, sizes: Mapping[str, int]) -> Objects:
    """Check one pickle against the bytes of its tensors, `sizes` by key.

    Raises:
        ModelError: `corrupt-file`, a tensor is larger or smaller than its numbers; `unsafe-code`,
            torch does not write such a pickle.
    """
    _check_opcodes(data)
    contents = read_contents(data)
    if contents.end != len(data):
        raise _refused("a second pickle follows the first")
    _check_tensors(contents, sizes)
    foreign = tuple(name.path for name in contents.names if not _known(name))
    paths = [name.path for name in contents.names]
    own = any(OWN.fullmatch(path) and not path.startswith(CLASSES) for path in paths)
    return Objects(foreign, contents.root, own)


def _known(name: Global) -> bool:
    if name.path in MAKERS or (name.module == "torch" and name.name in STORAGE_BYTES):
        return True
    return bool(OWN.fullmatch(name.path)) and not COMPILED.match(name.path)


def _check_opcodes(data: bytes) -> None:
    memo = 0
    try:
        for operation, value, _ in pickletools.genops(data):
            if operation.name not in OPCODES:
                raise _refused(f"its pickle has the operation {operation.name}")
            if operation.name in ("BINPUT", "LONG_BINPUT"):
                if value != memo:  # torch makes room for as many as are named
                    raise _refused("its pickle counts in another way")
                memo += 1
    except ValueError as cause:
        raise _corrupt(f"the pickle in the file is broken: {cause}") from cause


def _check_tensors(contents: Contents, sizes: Mapping[str, int]) -> None:
    for stored in contents.stored:
        held = sizes.get(stored.key)
        wanted = STORAGE_BYTES.get(stored.kind, -1) * stored.numel
        if held is None or held != wanted:
            came = "none" if held is None else held
            raise _corrupt(f"a tensor's data should have {wanted} bytes, and the file has {came}")
    for item in walk(contents.root):
        if isinstance(item, Stub) and item.source.path in TENSOR_MAKERS and not _fits(item.args):
            raise _corrupt("a tensor is larger than the numbers that it is made of")


def _fits(args: tuple[object, ...]) -> bool:
    """Whether storage, offset, sizes and strides say a tensor inside its storage."""
    if len(args) < 4:
        return False
    stored, offset, shape, strides = args[:4]
    if not isinstance(stored, Stored):
        return False
    if not isinstance(shape, tuple) or not isinstance(strides, tuple):
        return False
    numbers = (offset, *shape, *strides)
    if any(type(number) is not int or not 0 <= number < 2**62 for number in numbers):
        return False
    if len(shape) != len(strides) or type(offset) is not int:
        return False
    if not prod(shape):
        return True
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    return last < stored.numel


def _corrupt(what: str) -> ModelError:
    return ModelError(f"The TorchScript archive is broken: {what}.", BROKEN, code="corrupt-file")


def _refused(what: str) -> ModelError:
    return ModelError(
        f"The TorchScript archive was not written by torch: {what}.",
        "Do not use this file.",
        code="unsafe-code",
    )
