"""Numbers with fractions in the place of whole ones, so that a gradient can be taken.

A module that takes uint8 pictures turns them into floating-point numbers first (`x.float() / 255`).
What it computes from there on has a gradient; only the whole numbers in front of it have none. So
the picture says that it is uint8, is turned without rounding, and is really rounded where the
module does anything else with it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

MOVES = frozenset(
    (
        *("permute", "transpose", "contiguous", "reshape", "view", "flatten", "unflatten", "T"),
        *("unsqueeze", "squeeze", "flip", "clone", "expand", "movedim", "moveaxis", "swapaxes"),
        *("__getitem__", "select", "narrow", "roll", "rot90", "stack", "cat", "concat", "repeat"),
        *("chunk", "split", "unbind", "detach", "cpu", "cuda", "mT"),
    )
)
TO_FLOAT = frozenset(("float", "double", "half", "bfloat16"))
TO_WHOLE = {"long": "int64", "int": "int32", "byte": "uint8"}
TURNS = frozenset(("to", "type", "type_as"))
DIVISIONS = frozenset(("div", "true_divide", "divide", "__truediv__", "__rtruediv__"))
SUMS = frozenset(
    (
        *("add", "sub", "mul", "subtract", "multiply", "rsub", "__add__", "__radd__"),
        *("__sub__", "__rsub__", "__mul__", "__rmul__"),
    )
)


class Whole(Tensor):
    """Floating-point numbers that say they are whole ones."""

    kind: torch.dtype

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func == torch.Tensor.dtype.__get__:  # type: ignore[attr-defined]
            return cls.kind
        name = getattr(func, "__name__", "")
        if name in ("is_floating_point", "is_complex"):
            return False
        if name == "__get__" and func != torch.Tensor.T.__get__:  # type: ignore[attr-defined]
            return func(*_plain(args), **kwargs)
        if name in TURNS and (wanted := _wanted(args[1:], kwargs)) is not None:
            return _turned(args[0], wanted)
        if name in TO_FLOAT:
            return func(*_plain(args), **kwargs)
        if name in TO_WHOLE:
            return as_whole(_plain(args[0]), TO_WHOLE[name])
        if name in MOVES or name in TURNS or name == "__get__":
            return _wrapped(func(*_plain(args), **_plain(kwargs)), cls)
        fractions = name in SUMS and any(map(_is_fraction, (*args, *kwargs.values())))
        if (name in DIVISIONS and not kwargs.get("rounding_mode")) or fractions:
            return func(*_plain(args), **_plain(kwargs))
        return func(*_rounded(args), **_rounded(kwargs))


class _Uint8(Whole):
    kind = torch.uint8


class _Int32(Whole):
    kind = torch.int32


class _Int64(Whole):
    kind = torch.int64


KINDS: dict[str, type[Whole]] = {"uint8": _Uint8, "int32": _Int32, "int64": _Int64}


def as_whole(values: Tensor, kind: str) -> Tensor:
    """The values, which say that they are of `kind`: `uint8`, `int32` or `int64`."""
    return values.as_subclass(KINDS[kind])


def _turned(value: Tensor, wanted: torch.dtype) -> Tensor:
    plain: Tensor = _plain(value)
    if wanted.is_floating_point:
        return plain.to(wanted)
    name = str(wanted).removeprefix("torch.")
    return as_whole(plain, name) if name in KINDS else _rounded(value).to(wanted)


def _wanted(args: tuple[Any, ...], kwargs: dict[str, Any]) -> torch.dtype | None:
    """The type that a call of `to` names; None where it only moves."""
    for one in (*args, *kwargs.values()):
        if isinstance(one, torch.dtype):
            return one
        if isinstance(one, Tensor):
            return one.dtype
    return None


def _is_fraction(one: Any) -> bool:
    if isinstance(one, Tensor):
        return one.dtype.is_floating_point
    return isinstance(one, float)


def _plain(held: Any) -> Any:
    return _mapped(held, lambda one: one.as_subclass(Tensor))


def _rounded(held: Any) -> Any:
    return _mapped(held, lambda one: one.as_subclass(Tensor).round().to(one.kind))


def _wrapped(held: Any, cls: type[Whole]) -> Any:
    if isinstance(held, Tensor):
        return held.as_subclass(cls)
    return (
        type(held)(_wrapped(one, cls) for one in held) if isinstance(held, list | tuple) else held
    )


def _mapped(held: Any, change: Any) -> Any:
    if isinstance(held, Whole):
        return change(held)
    if type(held) in (list, tuple):
        return type(held)(_mapped(one, change) for one in held)
    if isinstance(held, dict):
        return {key: _mapped(one, change) for key, one in held.items()}
    return held
