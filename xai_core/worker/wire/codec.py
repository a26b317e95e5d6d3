"""Frozen dataclasses <-> JSON and arrays, by their type hints; strict on the way back.

Nothing is constructed but what the hint names, so a hostile sender can choose values, never types.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from jaxtyping import AbstractArray

from xai_core.base.errors import WorkerError, XaiError
from xai_core.worker.wire.protocol import Array, lie

T = TypeVar("T")


def encode(value: Any, arrays: list[Array]) -> Any:
    """`value` as JSON; arrays go into `arrays`, and their index into the JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
        return {name: encode(getattr(value, name), arrays) for name in names}
    if isinstance(value, np.ndarray) and _goes_apart(value):
        arrays.append(value)
        return len(arrays) - 1
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): encode(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(item, arrays) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _goes_apart(value: Array) -> bool:
    """Numbers with fractions, and pictures of whole ones; a few whole numbers are a list."""
    return (
        value.ndim > 0 if value.dtype.kind == "f" else value.dtype.kind in "iu" and value.ndim > 2
    )


def decode(kind: type[T], data: Any, arrays: Sequence[Array] = ()) -> T:
    """The value of type `kind` (a dataclass, or a tuple of them) that `encode` wrote.

    Raises:
        WorkerError: a field is missing, unknown, or not of its type.
    """
    try:
        return _value(kind, data, arrays)
    except WorkerError:
        raise
    except (XaiError, TypeError, ValueError, OverflowError) as cause:  # a __post_init__ refused
        raise lie(f"a {kind} with values that do not fit") from cause


def error_from(data: Any) -> XaiError:
    """The error that `XaiError.to_dict` wrote.

    Raises:
        WorkerError: it is something else.
    """
    if not isinstance(data, dict) or not isinstance(data.get("facts", {}), dict):
        raise lie("an error that is not one")
    facts = {key: value for key, value in data.get("facts", {}).items() if key != "self"}
    return XaiError.from_dict({**data, "facts": facts})


def error_to(error: XaiError) -> dict[str, Any]:
    """An error as JSON; facts that JSON does not know become text."""
    plain: dict[str, Any] = encode(error.to_dict(), [])
    return plain


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _dataclass(kind: Any, data: Any, arrays: Sequence[Array]) -> Any:
    hints = _hints(kind)
    if not isinstance(data, dict) or set(data) != set(hints):
        raise lie(f"a {kind.__name__} with other fields than {', '.join(hints)}")
    return kind(**{name: _value(hints[name], data[name], arrays) for name in hints})


def _value(hint: Any, data: Any, arrays: Sequence[Array]) -> Any:
    if hint is Any:
        return data
    if get_origin(hint) in (Union, types.UnionType):
        return _union(get_args(hint), data, arrays)
    if get_origin(hint) is Literal:
        return _accept(data, isinstance(data, str) and data in get_args(hint), hint)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), data, arrays)
    if get_origin(hint) in (dict, Mapping):
        _accept(data, isinstance(data, dict), hint)
        return {key: _value(get_args(hint)[1], item, arrays) for key, item in data.items()}
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return _array(hint, data, arrays)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, data, arrays)
    if hint is Path:
        return Path(_accept(data, isinstance(data, str), hint))
    if hint is float:
        return float(_accept(data, type(data) in (int, float), hint))
    return _accept(data, type(data) is hint, hint)


def _union(options: tuple[Any, ...], data: Any, arrays: Sequence[Array]) -> Any:
    if data is None and type(None) in options:
        return None
    (only,) = (option for option in options if option is not type(None))
    return _value(only, data, arrays)


def _tuple(options: tuple[Any, ...], data: Any, arrays: Sequence[Array]) -> tuple[Any, ...]:
    _accept(data, isinstance(data, list), options)
    if len(options) == 2 and options[1] is Ellipsis:
        options = (options[0],) * len(data)
    _accept(data, len(data) == len(options), options)
    return tuple(_value(hint, item, arrays) for hint, item in zip(options, data, strict=True))


def _array(hint: Any, data: Any, arrays: Sequence[Array]) -> Array:
    _accept(data, type(data) is int and 0 <= data < len(arrays), hint)
    return _accept(arrays[data], isinstance(arrays[data], hint), hint)


def _accept(data: Any, good: bool, hint: Any) -> Any:
    if not good:
        raise lie(f"a {type(data).__name__} where {hint} belongs")
    return data
