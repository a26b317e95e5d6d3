"""The attributes that a script's classes declare, read from its code.

torch puts what a pickle holds into an object's places without asking whether it is of the declared
type, and its interpreter then counts on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xai_core.models.script.lexer import Token, tokens

OPENS, CLOSES = "([", ")]"


@dataclass(frozen=True)
class Type:
    """head: `Tensor`, `List`, `__torch__.a.B`, ... args: of `List[T]`, `Dict[K, V]`, and so on."""

    head: str
    args: tuple[Type, ...] = ()


@dataclass
class Declared:
    """One class. base: `Module`, `NamedTuple`, `Enum`, `Interface` or empty.

    attributes: types by name, in order. restores: it has a `__setstate__` of its own.
    """

    base: str
    attributes: dict[str, Type] = field(default_factory=dict)
    restores: bool = False


def declared(code: Mapping[str, bytes]) -> dict[str, Declared]:
    """The classes of a script by their full names, `__torch__.a.B`."""
    found: dict[str, Declared] = {}
    for name, source in code.items():
        module = name.partition("/code/")[2].removesuffix(".py").replace("/", ".")
        lines = _lines(source.decode("latin-1"))
        current = Declared("")
        for line in lines:
            texts = [token.text for token in line]
            if texts[0] == "class":
                current = Declared(texts[3] if texts[2:3] == ["("] else "")
                found[f"{module}.{texts[1]}"] = current
            elif texts[:2] == ["def", "__setstate__"]:
                current.restores = True
            elif texts[0] == "__annotations__" and texts[1:2] == ["["]:
                current.attributes[_literal(texts[2])] = _type(texts[5:])
            elif texts[1:2] == [":"] and line[0].kind == "word" and texts[0] != "else":
                current.attributes.setdefault(texts[0], _type(texts[2:]))
    return found


def _lines(text: str) -> list[list[Token]]:
    """Statements in the bodies of classes and in none of their methods, and the heads of both."""
    kept: list[list[Token]] = []
    margins = {n: len(row) - len(row.lstrip(" ")) for n, row in enumerate(text.split("\n"), 1)}
    line, depth = 0, 0
    for token in tokens(text):
        if depth == 0 and token.line != line:
            line = token.line
            kept.append([])
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        kept[-1].append(token)
    return [one for one in kept if one and margins[one[0].line] <= 2]


def _literal(text: str) -> str:
    return text[1:-1].replace("\\'", "'").replace('\\"', '"')


def _type(texts: Sequence[str]) -> Type:
    return _parsed(texts, 0)[0]


def _parsed(texts: Sequence[str], at: int) -> tuple[Type, int]:
    """The type that begins at a place, and the place behind it."""
    head = texts[at] if at < len(texts) else ""
    at += 1
    while texts[at : at + 1] == ["."] and at + 1 < len(texts):
        head, at = f"{head}.{texts[at + 1]}", at + 2
    args: list[Type] = []
    if texts[at : at + 1] == ["["]:
        at += 1
        while at < len(texts) and texts[at] != "]":
            if texts[at] in (",", "(", ")"):
                at += 1
                continue
            inner, at = _parsed(texts, at)
            args.append(inner)
        at += 1
    return Type(head, tuple(args)), at
