"""A tensor out of what a pickle says of it: dense, within its bytes, without hooks or attributes.

What torch's own makers take (torch/_utils.py): storage, offset, size, stride, requires_grad,
hooks; then metadata, or a type and metadata.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xai_core.models.pickles.odd_tensors import odd_tensor
from xai_core.models.pickles.restored.refused import RefusedError
from xai_core.models.pickles.restored.storages import Storages, broken
from xai_core.models.pickles.skeleton import Stored, Stub

if TYPE_CHECKING:
    from torch import Tensor

UTILS = "torch._utils."
PLAIN = (f"{UTILS}_rebuild_tensor", f"{UTILS}_rebuild_tensor_v2")
TYPED = f"{UTILS}_rebuild_tensor_v3"
SUBCLASS = "torch._tensor._rebuild_from_type_v2"
PARAMETERS = (f"{UTILS}_rebuild_parameter", f"{UTILS}_rebuild_parameter_with_state")
ODD = {
    f"{UTILS}_rebuild_sparse_tensor": "is sparse",
    f"{UTILS}_rebuild_nested_tensor": "is nested",
    f"{UTILS}_rebuild_meta_tensor_no_storage": "has no numbers (it was saved on the meta device)",
    f"{UTILS}_rebuild_wrapper_subclass": "is of a class of its own",
    f"{UTILS}_rebuild_device_tensor_from_numpy": "is of another device, out of NumPy",
    "torch.Tensor": "was written by a version of torch before 0.2",
}
QUANTISED = f"{UTILS}_rebuild_qtensor"
MOVED = f"{UTILS}_rebuild_device_tensor_from_cpu_tensor"
MOST_DIMENSIONS = 64
MOST_SPREAD = 2**26
"""How many numbers an overlapping tensor may have: it is written out."""
TYPES = {
    "BFloat16Storage": "bfloat16",
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "CharStorage": "int8",
    "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64",
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "IntStorage": "int32",
    "LongStorage": "int64",
    "ShortStorage": "int16",
}


def is_tensor(stub: Stub) -> bool:
    """Stands for a tensor or a parameter, of whichever kind."""
    path = stub.source.path
    known = (*PLAIN, TYPED, SUBCLASS, *PARAMETERS, QUANTISED, MOVED)
    return path in known or path in ODD


def tensor_of(stub: Stub, storages: Storages, where: str) -> Tensor:
    """The tensor that is meant; a `Parameter` where one is.

    Args:
        where: its name, for messages.

    Raises:
        ModelError: `unsupported-tensor` or `quantised-model`, it is of a kind that layers do not
            compute with; `corrupt-file`, it reaches beyond its bytes.
        RefusedError: it is made of something else than data.
    """
    path, args = stub.source.path, stub.args
    if path in ODD:
        raise odd_tensor(where, ODD[path])
    if path == QUANTISED:
        raise quantised(where)
    if path in PARAMETERS:
        return _parameter(args, storages, where)
    if path in (SUBCLASS, MOVED):
        return _inner(path, args, storages, where)
    if len(args) < 4 or not isinstance(args[0], Stored):
        raise RefusedError(f"a tensor ({where[-80:]!r}) is made without its numbers.")
    needs = args[4] if len(args) > 4 else False
    metadata = args[7:8] if path == TYPED else args[6:7]
    if any(metadata):
        raise odd_tensor(where, "is a view that negates or conjugates its numbers")
    kind = _type(args[6] if path == TYPED and len(args) > 6 else args[0].kind)
    made = _dense(args[0], kind, args[1:4], storages, where)
    return made.requires_grad_() if needs is True and made.is_floating_point() else made


def hooks_of(stub: Stub) -> bool:
    """Whether the file puts a hook on the tensor, or an attribute that is more than data."""
    path, args = stub.source.path, stub.args
    at = 2 if path in PARAMETERS else 5
    inner = args[0] if path in PARAMETERS and args and isinstance(args[0], Stub) else None
    if path == SUBCLASS and len(args) > 2 and isinstance(args[2], tuple) and _is_class(args[0]):
        inner = args[0](*args[2])
    attributes = args[3] if path in (PARAMETERS[1], SUBCLASS) and len(args) > 3 else None
    return (
        (path != SUBCLASS and len(args) > at and bool(args[at]))
        or _holds_objects(attributes)
        or (inner is not None and hooks_of(inner))
    )


def quantised(where: str) -> Exception:
    """The error for a tensor in int8."""
    error = odd_tensor(where, "is quantised to int8 for prediction")
    error.code = "quantised-model"
    error.hint = (
        "Open the floating-point weights; or, for occlusion, the quantised model as TorchScript "
        "(`torch.jit.trace(model, example).save(path)`)."
    )
    return error


def _parameter(args: Sequence[Any], storages: Storages, where: str) -> Tensor:
    from torch import nn

    if len(args) < 2 or not isinstance(args[0], Stub) or not is_tensor(args[0]):
        raise RefusedError(f"a parameter ({where[-80:]!r}) is made of something else than numbers.")
    data = tensor_of(args[0], storages, where).detach()
    return nn.Parameter(data, args[1] is True and (data.is_floating_point() or data.is_complex()))


def _inner(path: str, args: Sequence[Any], storages: Storages, where: str) -> Tensor:
    """A tensor with attributes or of a subclass, or of another device: the plain one in it."""
    found = args[0] if args else None
    if path == SUBCLASS and len(args) > 2 and _is_class(found) and isinstance(args[2], tuple):
        found = args[0](*args[2])
    if not isinstance(found, Stub) or not is_tensor(found) or found.source.path == SUBCLASS:
        raise RefusedError(f"a tensor ({where[-80:]!r}) is made by something else than torch.")
    return tensor_of(found, storages, where)


def _dense(
    stored: Stored, kind: Any, layout: Sequence[Any], storages: Storages, where: str
) -> Tensor:
    import torch

    offset, size, stride = layout[0], _numbers(layout[1]), _numbers(layout[2])
    count = _count(offset, size, stride)
    held = storages.bytes_of(stored)
    width = kind.itemsize
    reach = sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if count and (offset + reach + 1) * width > held.numel():
        raise broken(f"the tensor {where[-80:]!r} reaches beyond its bytes")
    if not count:
        return torch.empty(size, dtype=kind)
    whole = held[: held.numel() // width * width]
    # A byte that is neither 0 nor 1 is no truth value, and kernels count on one.
    numbers = whole.ne(0) if kind is torch.bool else whole
    made = torch.empty(0, dtype=kind).set_(numbers.untyped_storage(), offset, size, stride)
    if not _apart(size, stride):
        if count > max(MOST_SPREAD, held.numel()):
            raise odd_tensor(where, f"has {count} numbers, made of {held.numel()} bytes")
        made = made.clone(memory_format=torch.contiguous_format)
    return made


def _numbers(value: Any) -> tuple[int, ...]:
    if isinstance(value, Stub) and value.source.path == "torch.Size" and len(value.args) == 1:
        value = value.args[0]
    plain = isinstance(value, tuple | list) and len(value) <= MOST_DIMENSIONS
    if not plain or not all(type(x) is int and 0 <= x < 2**48 for x in value):
        raise broken("the shape of a tensor is no row of numbers")
    return tuple(value)


def _count(offset: Any, size: Sequence[int], stride: Sequence[int]) -> int:
    if type(offset) is not int or not 0 <= offset < 2**48 or len(size) != len(stride):
        raise broken("the place of a tensor in its bytes is no number")
    count, largest = 1, 1
    for n in size:
        count, largest = count * n, largest * max(n, 1)
    if largest >= 2**48:
        raise broken("a tensor has more numbers than any file")
    return count


def _apart(size: Sequence[int], stride: Sequence[int]) -> bool:
    """No two of the tensor's numbers are one in memory."""
    reach = 0
    for step, n in sorted((step, n) for step, n in zip(stride, size, strict=True) if n > 1):
        if step <= reach:
            return False
        reach += step * (n - 1)
    return True


def _type(kind: Any) -> Any:
    import torch

    name = TYPES.get(kind) if isinstance(kind, str) else None
    if _is_class(kind) and kind.source.module == "torch":
        name = kind.source.name
    found = getattr(torch, name, None) if name and re.fullmatch(r"[a-z]+[a-z0-9_]*", name) else None
    if not isinstance(found, torch.dtype) or str(found).startswith(("torch.q", "torch.bits")):
        raise RefusedError(f"a tensor's numbers are of the kind {str(name or kind)[:60]!r}.")
    return found


def _is_class(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, Stub)


def _holds_objects(attributes: Any) -> bool:
    if isinstance(attributes, Stub) or _is_class(attributes):
        return not is_tensor(attributes) if isinstance(attributes, Stub) else True
    if isinstance(attributes, dict):
        attributes = list(dict.values(attributes))
    if isinstance(attributes, list | tuple):
        return any(_holds_objects(item) for item in attributes)
    return False
