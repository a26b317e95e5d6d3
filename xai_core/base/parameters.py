"""Parameters of a method: declared once, as a dataclass; forms, checks and help read it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from xai_core.base.errors import InputError


@dataclass(frozen=True)
class NoParameters:
    """For methods that have none."""


@dataclass(frozen=True)
class ParameterInfo:
    """One parameter as a form shows it.

    Attributes:
        kind: `int`, `float`, `str` or `bool`. choices: the values allowed, where they are few.
        minimum, maximum: inclusive bounds. help: one sentence.
        holds: what a text is made of, where nobody types it: `mask`, `embedding` or `pictures`;
            `layer` the name of one; or `layers`: names with commas between them, which give a map
            each (`variants`).
        added: it came after the others; its default is not part of what a map is kept under.
    """

    name: str
    kind: type
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    holds: str = ""
    added: bool = False


def parameter(default: Any, help: str, **bounds: Any) -> Any:  # noqa: A002 - the form's word for it
    """A dataclass field with what a form needs: `minimum`, `maximum`, `step`, `choices`,
    `holds`, `added`.
    """
    return dataclasses.field(default=default, metadata={"help": help, **bounds})


def describe(parameters: type) -> tuple[ParameterInfo, ...]:
    """The parameters of a plugin, in the order of their declaration."""
    hints = get_type_hints(parameters)
    return tuple(
        ParameterInfo(f.name, _kind(hints[f.name]), f.default, **f.metadata)
        for f in dataclasses.fields(parameters)
    )


def kept(parameters: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """What of these values a map is kept under: all but the defaults of what was added later."""
    quiet = {info.name: info.default for info in describe(parameters) if info.added}
    return {
        name: value for name, value in given.items() if name not in quiet or value != quiet[name]
    }


def filled(parameters: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The way back: with the defaults of what was added later."""
    later = {info.name: info.default for info in describe(parameters) if info.added}
    return {**given, **{name: value for name, value in later.items() if name not in given}}


def build(parameters: type, given: Mapping[str, Any]) -> Any:
    """An instance from what a user gave (values or their text), checked.

    Raises:
        InputError: an unknown name, a value of another type or outside its bounds.
    """
    known = {info.name: info for info in describe(parameters)}
    for name in given:
        if name not in known:
            raise InputError(
                f"There is no parameter {name!r}.",
                f"There are: {', '.join(known)}." if known else "It has none.",
            )
    return parameters(**{name: _checked(known[name], value) for name, value in given.items()})


def _checked(info: ParameterInfo, value: Any) -> Any:
    value = _converted(info, value)
    low, high = info.minimum, info.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise InputError(
            f"{info.name} must be {_span(info)}, not {value}.", f"The default is {info.default}."
        )
    if info.choices and value not in info.choices:
        raise InputError(
            f"{info.name} must be one of {', '.join(info.choices)}, not {value!r}.",
            f"The default is {info.default}.",
        )
    return value


def _converted(info: ParameterInfo, value: Any) -> Any:
    try:
        if info.kind is bool:
            return _boolean(value)
        if info.kind is int and float(value) != int(float(value)):
            raise ValueError
        converted = info.kind(value)
        if info.kind is float and not math.isfinite(converted):
            raise ValueError
        return converted
    except (TypeError, ValueError, OverflowError) as cause:
        raise InputError(
            f"{info.name} must be of type {info.kind.__name__}, not {value!r}.",
            f"The default is {info.default}.",
        ) from cause


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError(value)
    return text in ("true", "1", "yes")


def _kind(hint: Any) -> type:
    if hint in (int, float, bool):
        return hint
    return str  # Literal choices and names


def _span(info: ParameterInfo) -> str:
    if info.minimum is not None and info.maximum is not None:
        return f"between {info.minimum} and {info.maximum}"
    return f"at least {info.minimum}" if info.minimum is not None else f"at most {info.maximum}"
