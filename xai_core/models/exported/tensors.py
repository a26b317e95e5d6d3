"""The tensors of an exported program, from their plain bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.storage.strict_zip import BrokenZipError, StrictZip
from xai_core.models.exported.archive import Payload
from xai_core.models.exported.parts import unknown

if TYPE_CHECKING:
    from torch import Tensor


def read_tensors(archive: StrictZip, payloads: Mapping[str, Payload]) -> dict[str, Tensor]:
    """Tensors by name, on the CPU; those of one record share their numbers.

    Raises:
        ModelError: `corrupt-file`, a record is shorter than its tensors.
        UnknownPartError: a tensor of a size that is not fixed.
    """
    import torch
    from torch import nn

    records = {
        entry: _record(archive, entry, [one for one in payloads.values() if one.entry == entry])
        for entry in dict.fromkeys(payload.entry for payload in payloads.values())
    }
    found: dict[str, Tensor] = {}
    for name, payload in payloads.items():
        sizes, strides, offset = _place(payload)
        value = torch.as_strided(records[payload.entry], sizes, strides, offset)
        if payload.trained:
            wanted = payload.meta["requires_grad"] and value.is_floating_point()
            value = nn.Parameter(value, requires_grad=wanted)
        found[name] = value
    return found


def _record(archive: StrictZip, entry: str, payloads: Iterable[Payload]) -> Tensor:
    """The numbers in one entry, in a row."""
    import torch
    from torch._export.serde import serialize

    kinds = {payload.meta["dtype"] for payload in payloads}
    if len(kinds) != 1:
        raise unknown("numbers that are read as two types")
    dtype = serialize._SERIALIZE_TO_TORCH_DTYPE[kinds.pop()]
    length = archive.entries[entry].size
    reach = max(_reach(payload) for payload in payloads)
    if length < reach * dtype.itemsize or length % dtype.itemsize:  # torch keeps what views are of
        raise _corrupt(f"a tensor's data should have {reach * dtype.itemsize} bytes, not {length}")
    try:
        data = bytearray(archive.read(entry, length))
    except (BrokenZipError, OSError) as cause:
        raise _corrupt(str(cause)) from cause
    return torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)


def _reach(payload: Payload) -> int:
    """How many numbers a tensor's last one lies from the first of its record."""
    sizes, strides, offset = _place(payload)
    if not prod(sizes):
        return 0
    return 1 + offset + sum((size - 1) * step for size, step in zip(sizes, strides, strict=True))


def _place(payload: Payload) -> tuple[list[int], list[int], int]:
    meta = payload.meta
    sizes, strides = _fixed(meta["sizes"]), _fixed(meta["strides"])
    (offset,) = _fixed([meta["storage_offset"]])
    if len(sizes) != len(strides) or min((*sizes, *strides, offset)) < 0:
        raise _corrupt("a tensor's sizes and strides do not go together")
    return sizes, strides, offset


def _fixed(sizes: list[dict[str, Any]]) -> list[int]:
    if any("as_int" not in size for size in sizes):
        raise unknown("a tensor of a size that is not fixed")
    return [size["as_int"] for size in sizes]


def _corrupt(what: str) -> ModelError:
    return ModelError(
        f"The exported program is broken: {what}.",
        "Copy or download the file again.",
        code="corrupt-file",
    )
