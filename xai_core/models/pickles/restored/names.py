"""Which names of an object are its class's, which are torch's own, and which its code uses.

All of it is read off the installed classes: a version that adds a kind of hook is covered.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator
from functools import cache
from types import CodeType
from typing import Any

DATA = ("training", "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set")
"""Of what `nn.Module` gives each object, that which is data. The rest is behaviour: hooks of
every kind, and what runs in place of `forward`."""

ATTRIBUTE = ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR")


@cache
def machinery() -> frozenset[str]:
    """The attributes that `nn.Module` gives each of its objects, without those of `DATA`."""
    from torch import nn

    made: Any = nn.Module()
    revived: Any = nn.Module.__new__(nn.Module)
    revived.__setstate__({})
    # What an object may have in place of the class's, `_compiled_call_impl`, is None there.
    lent = {name for name, held in vars(nn.Module).items() if held is None and name[:2] != "__"}
    return frozenset({*vars(made), *vars(revived), *lent}.difference(DATA))


def is_defined(kind: type, name: str) -> bool:
    """Whether the class defines the name, and not only as a default number or text."""
    from torch import nn

    missing = object()
    found: Any = inspect.getattr_static(kind, name, missing)
    if found is missing:
        return False
    if issubclass(kind, nn.Module) and hasattr(nn.Module, name):
        return True
    return not isinstance(found, bool | int | float | str | tuple | list | dict | None)


def is_method(kind: type, name: str) -> bool:
    """Whether the name is of what the class does: a function or class of its own."""
    return is_defined(kind, name) and callable(getattr(kind, name, None))


@cache
def used_by(kind: type) -> frozenset[str]:
    """The names that the own code of a class reads of its objects, or sets on them."""
    from torch import nn

    own = [each for each in kind.__mro__ if each not in (nn.Module, object)]
    return frozenset(
        name
        for each in own
        for held in vars(each).values()
        for code in _codes(held)
        for name in _of_itself(code, code.co_varnames[:1])
    )


def _of_itself(code: CodeType, itself: tuple[str, ...]) -> Iterator[str]:
    """Attributes of the first argument, also in functions inside."""
    last: Any = None
    for step in dis.get_instructions(code):
        if step.opname in ATTRIBUTE and last in itself:
            yield str(step.argval)
        last = None
        if step.opname.startswith(("LOAD_FAST", "LOAD_DEREF")):
            # Newer versions of Python load two names in one step.
            last = step.argval[-1] if isinstance(step.argval, tuple) else step.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _of_itself(inner, itself)


def _codes(held: Any) -> Iterator[CodeType]:
    if isinstance(held, property):
        for part in (held.fget, held.fset):
            yield from _codes(part)
        return
    held = getattr(held, "__func__", held)
    held = inspect.unwrap(held) if callable(held) else held
    code = getattr(held, "__code__", None)
    if isinstance(code, CodeType):
        yield code
