"""The smallest parts of an exported program's JSON, each checked for what it is.

torch writes names of the file into Python code that it runs; so a name is a word here, and never
anything else.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable
from typing import Any

from xai_core.base.errors import XaiError

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,299}")
PATH = re.compile(r"[A-Za-z0-9_@.-]{0,600}")
LARGEST = 2**63
FLOATS = {"Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"}
SHOWN = re.compile(r"[A-Za-z0-9_.:]{1,120}")


class UnknownPartError(XaiError):
    """There is something in the program that the reader does not know; the message says what."""

    code = "needs-trust"


def unknown(what: str, value: object = None) -> UnknownPartError:
    """The error; a value is shown only where it is a plain word."""
    shown = f" `{value}`" if isinstance(value, str) and SHOWN.fullmatch(value) else ""
    return UnknownPartError(f"{what}{shown}")


def mapping(value: object, keys: Iterable[str], what: str) -> dict[str, Any]:
    """A mapping that has no other keys."""
    if not isinstance(value, dict) or set(value) - set(keys):
        raise unknown(f"another kind of {what}")
    return value


def sequence(value: object, what: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise unknown(f"another kind of {what}")
    return value


def each(value: object, one: Callable[[Any], Any], what: str) -> list[Any]:
    """A list, each entry by `one`."""
    return [one(item) for item in sequence(value, what)]


def word(value: object) -> str:
    """A name that Python's code may have."""
    if not isinstance(value, str) or not WORD.fullmatch(value) or keyword.iskeyword(value):
        raise unknown("a name that is no plain word")
    return value


def path(value: object) -> str:
    """Names with dots between them, as layers and tensors have; a number may be one."""
    if not isinstance(value, str) or not PATH.fullmatch(value):
        raise unknown("a name of a layer or tensor that is not plain")
    if any(part.startswith("__") for part in value.split(".")):
        raise unknown("a name of a layer or tensor that leads out of the model")
    return value


def whole(value: object) -> int:
    """A whole number."""
    if type(value) is not int or abs(value) > LARGEST:
        raise unknown("a number that is not whole")
    return value


def size(value: object) -> int:
    """A whole number that is not negative."""
    if whole(value) < 0:
        raise unknown("a size below zero")
    return whole(value)


def number(value: object) -> float | str:
    """A number; what JSON has no sign for is written as a word."""
    if isinstance(value, str) and value in {*FLOATS, *FLOATS.values()}:
        return FLOATS.get(value, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e308:
        raise unknown("something in place of a number")
    return float(value)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise unknown("something in place of true or false")
    return value


def text(value: object) -> str:
    """A short text that is the value of an operator's argument (`"bilinear"`)."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_ ,.>-]{0,100}", value):
        raise unknown("a text that is not plain")
    return value
