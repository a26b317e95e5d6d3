"""The verdicts on the models of a workspace, so that a restart of the server proves none again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, get_args

import xai_core
from components.session.keeping.parts import Part, register
from components.session.keeping.values import several, table, text
from components.session.state.opening import Judged
from components.session.state.workspace import Workspace
from xai_core.base.environment import versions
from xai_core.readiness.result import Level
from xai_core.readiness.verdict.json import from_json, to_json

MOST = 8  # those that were opened last: a workspace is small
AGAIN = ("rejected", "unproven")  # another server may have more memory, or more time


def _write(space: Workspace) -> list[dict[str, Any]]:
    here = [
        (title, one)
        for title, one in space.judged.items()
        if title in space.sources and one.verdict.level not in AGAIN
    ]
    return [
        {"title": title, "question": one.question, "verdict": to_json(one.verdict), "by": _by()}
        for title, one in here[-MOST:]
    ]


def _read(space: Workspace, data: Any) -> None:
    found = {
        text(one["title"]): _judged(one)
        for one in several(data, table)
        if one.get("by") == _by()  # another version may judge otherwise, and knows other methods
    }
    space.judged = {title: one for title, one in found.items() if title in space.sources}
    space.verdicts |= {title: one.verdict for title, one in space.judged.items()}


@cache
def _by() -> str:
    """A hash of what judges: this version's code, and the libraries that compute."""
    total = hashlib.sha256(repr(sorted(versions().items())).encode())
    for file in sorted(Path(str(xai_core.__file__)).parent.rglob("*.py")):
        total.update(file.read_bytes())
    return total.hexdigest()


def _judged(data: Any) -> Judged:
    verdict = from_json(table(data["verdict"]))
    if verdict.level not in get_args(Level):
        raise ValueError("no level")
    return Judged(verdict, text(data["question"]))


register(Part("verdicts", "the verdicts on models", _write, _read, order=15))
