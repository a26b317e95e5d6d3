"""Small models that work, or break in the ways in which models usually break.

Listing them runs nothing and needs no torch: what an exhibit says of itself is read from the
text of its source file.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCES = FOLDER / "models"
FILES = FOLDER / "files"


@dataclass(frozen=True)
class Exhibit:
    """One model of the gallery.

    Attributes:
        name: stem of its files. title: a few words. sentence: what it is.
        lesson: what its verdict teaches. level, code: what the verdict will say (code None: fine).
        code_path: its source, a class and `build()`. model_path: the whole module, pickled; it
            needs the source and trust, as such files do.
    """

    name: str
    title: str
    sentence: str
    lesson: str
    level: str
    code: str | None
    code_path: Path
    model_path: Path


@cache
def gallery() -> tuple[Exhibit, ...]:
    """The exhibits, the sound ones first."""
    exhibits = [_exhibit(path) for path in SOURCES.glob("*.py")]
    return tuple(sorted(exhibits, key=lambda one: (one.level != "ready", one.code or "", one.name)))


def _exhibit(path: Path) -> Exhibit:
    """Its docstring is title, sentence and lesson, a paragraph each; `VERDICT` is the rest."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, sentence, lesson = (
        " ".join(part.split()) for part in (ast.get_docstring(tree) or "").split("\n\n")
    )
    level, code = _verdict(tree)
    return Exhibit(
        name=path.stem,
        title=title.rstrip("."),
        sentence=sentence,
        lesson=lesson,
        level=level,
        code=code,
        code_path=path,
        model_path=FILES / f"{path.stem}.pt",
    )


def _verdict(tree: ast.Module) -> tuple[str, str | None]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "VERDICT":
            level, code = ast.literal_eval(node.value)
            return level, code
    raise ValueError("an exhibit has a VERDICT = (level, code)")
