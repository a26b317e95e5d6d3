"""The words of TorchScript's source code, as torch's own lexer reads them.

Only what torch itself writes is taken: no comments, no continued lines, no tabs, no strings over
several lines. So there is nothing that two lexers could read differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from xai_core.base.errors import XaiError
from xai_core.models.operators.words import words

TOKEN = re.compile(
    r"""(?P<space>[ ]+)|(?P<line>\n)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?j?(?![A-Za-z0-9_.]))
    |(?P<string>"(?!"")(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"
        |'(?!'')(?:[^'\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*')
    |(?P<sign>->|\*\*|//|<<|>>|[<>=!+*/%@&|^-]=|[][(){},:.=<>+*/%@&|^~-])""",
    re.VERBOSE,
)
OPENS, CLOSES = "([{", ")]}"
MAX_DEPTH, MAX_INDENT = 100, 400
MAX_CHAIN = 5000  # operations in one statement; torch's compiler calls itself for each
CHAINING = words("** // << >> . * / + - % @ & | ^ ~ == != <= >= < > not if else and or")


class StrangeCodeError(XaiError):
    """Code that torch does not write; the message says where."""

    code = "unsafe-code"


class Token(NamedTuple):
    """kind: `word`, `number`, `string` or `sign`. text: as written. line: from 1."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """The words in order.

    Raises:
        StrangeCodeError: there is something that torch does not write, or it is nested too deeply.
    """
    at, line, depth, chain = 0, 1, 0, 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise StrangeCodeError(f"line {line} has {text[at]!r}")
        kind, value = str(found.lastgroup), found.group()
        if kind == "space":
            if text[at - 1 : at] in ("", "\n") and len(value) > MAX_INDENT:
                raise StrangeCodeError(f"line {line} is nested too deeply")
        elif kind == "line":
            line, chain = line + 1, chain if depth else 0
        else:
            depth += (value in OPENS) - (value in CLOSES)
            chain += value in CHAINING
            if depth > MAX_DEPTH or chain > MAX_CHAIN or depth < 0:
                raise StrangeCodeError(f"line {line} is nested too deeply")
            yield Token(kind, value, line)
        at = found.end()
