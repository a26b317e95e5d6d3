"""Whether a script's code can do more than compute: every word of it is looked at.

Torch's compiler finds operators by words alone: `torch.NAME`, `ops.SPACE.NAME`, `value.NAME`, or
`getattr(value, "NAME")`. So it does not matter how the words are put together: each that could be
an operator's name is held against the list, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from xai_core.models.operators.calls import computes, reaches
from xai_core.models.script.lexer import StrangeCodeError, Token, tokens

NOTHING, NAMELESS = Token("", "", 0), '"…"'  # a text of the file's is not repeated
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LETTERS = re.compile(r"[A-Za-z0-9_]*")
ESCAPE = re.compile(r"\\.", re.DOTALL)
CLASSES = frozenset({"quantized"})  # compiled classes that only hold weights
MODULES = frozenset({"autograd"})  # `torch.autograd.grad` is the operator `grad`


class Foreign(NamedTuple):
    """What the code asks for beyond computing, and where."""

    call: str
    file: str
    line: int


def foreign(code: Mapping[str, bytes], values: Collection[str] = ()) -> Foreign | None:
    """The first thing in the code that is not on the list; None where all only computes.

    Args:
        values: names of the code's classes whose objects have no places: its enumerations.

    Raises:
        StrangeCodeError: the code was not written by torch.
    """
    for name, source in code.items():
        try:
            read = [*tokens(source.decode("latin-1"))]
        except StrangeCodeError as cause:
            raise StrangeCodeError(f"{_inner(name)}, {cause}") from cause
        found = _first(read, values)
        if found is not None:
            return Foreign(found.text, _inner(name), found.line)
    return None


def words(code: Mapping[str, bytes]) -> frozenset[str]:
    """Every name that the code uses."""
    return frozenset(
        token.text
        for source in code.values()
        for token in tokens(source.decode("latin-1"))
        if token.kind == "word"
    )


def _first(read: Sequence[Token], values: Collection[str]) -> Token | None:
    for at, token in enumerate(read):
        if token.kind != "word":
            continue
        if token.text == "unchecked_cast":
            plain = _value_cast(_first_argument(read, at), values)
        else:
            plain = not reaches(token.text) and _plain(read, at)
        if not plain:
            shown = (NAMELESS if item.kind == "string" else item.text for item in read[at : at + 5])
            return Token("word", "".join(shown)[:60], token.line)
    return None


def _plain(read: Sequence[Token], at: int) -> bool:
    """Whether the word at a place leads to nothing but computing."""
    word = read[at].text
    inner = _text(read, at - 1) == "."
    if word == "torch":
        return _after_torch(read, at, inner)
    if word == "__torch__":
        return _text(read, at + 1) == "."
    if inner:
        return True
    if word == "ops" and _text(read, at + 1) != ":":  # else an attribute that is declared
        dots = _text(read, at + 1) == _text(read, at + 3) == "."
        return dots and computes(_text(read, at + 2), _text(read, at + 4))
    if word == "getattr":
        return _odd_name(read, at)
    return word not in ("hasattr", "awaitable", "rpc_async", "rpc_sync", "rpc_remote")


def _after_torch(read: Sequence[Token], at: int, inner: bool) -> bool:
    """`torch.NAME`, or the `torch` in the name of a class, `__torch__.torch.nn.Linear`."""
    if _text(read, at + 1) != ".":
        return inner and _text(read, at - 2) != "__torch__"
    word = _text(read, at + 2)
    if not inner:
        return computes("aten", word) or word in MODULES
    if word == "classes" and _text(read, at - 2) == "__torch__":
        return _text(read, at + 3) == "." and _text(read, at + 4) in CLASSES
    return True


def _value_cast(argument: Sequence[str], values: Collection[str]) -> bool:
    """No cast of an object, whose places would be those of another class."""
    return "__torch__" not in argument or "".join(argument[1:]) in values


def _first_argument(read: Sequence[Token], at: int) -> list[str]:
    depth, texts = 0, []
    for token in read[at + 1 :]:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0 or (depth == 1 and token.text == ","):
            break
        texts.append(token.text)
    return texts


def _odd_name(read: Sequence[Token], at: int) -> bool:
    """`getattr(self, "0")`: torch writes it only for what is no word."""
    depth = 0
    for place in range(at + 1, len(read)):
        depth += (read[place].text == "(") - (read[place].text == ")")
        if depth == 0:
            literal = read[place - 1]
            odd = literal.kind == "string" and not _word(literal.text[1:-1])
            return odd and _text(read, place - 2) == ","
    return False


def _word(literal: str) -> bool:
    """Whether a string, written so, can be a word: an escape may stand for any letter."""
    rest = ESCAPE.sub("", literal)
    return bool(WORD.fullmatch(literal)) or (rest != literal and bool(LETTERS.fullmatch(rest)))


def _inner(name: str) -> str:
    return name.partition("/")[2]


def _text(read: Sequence[Token], at: int) -> str:
    return read[at].text if 0 <= at < len(read) else NOTHING.text
