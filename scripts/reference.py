"""Writes the tables of `docs/reference` out of the registries: `python -m scripts.reference`.

A table stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->`. With `--check` nothing is
written, and the exit code is 1 where a table is out of date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from scripts.licences import licences
from scripts.proofs import by_subject, proofs, told
from xai_core.attribution.methods.base import FAMILIES, METHODS
from xai_core.base.finding_codes import MEANINGS
from xai_core.base.limits import Limits
from xai_core.base.parameters import ParameterInfo, describe
from xai_core.cli.target import FILES
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.formats.base import FORMATS
from xai_core.models.packages.base import PACKAGES
from xai_core.models.weights.index.storage import read_index
from xai_core.pictures.readers.base import READERS
from xai_core.readiness.checks.base import CHECKS
from xai_core.readiness.verdict.presets import PRESETS
from xai_core.runs.controls.base import CONTROLS
from xai_core.scores.metrics.base import FAMILIES as OF_METRICS
from xai_core.scores.metrics.base import METRICS
from xai_core.targets.kinds.base import TARGETS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
MARK = re.compile(r"(<!-- begin: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


def methods() -> str:
    """Every attribution method."""
    rows = (
        (
            f"`{m.name}`",
            m.title,
            FAMILIES[m.family][0],
            m.summary,
            m.citation,
            "yes" if m.signed else "no",
        )
        for m in METHODS
    )
    names = ("name", "title", "family", "what it shows", "source", "signed by default")
    return _table(names, rows)


def presets() -> str:
    """Every preset of methods, with those that it holds where all of them can run."""
    rows = []
    for one in PRESETS:
        held = ", ".join(f"`{name}`" for name in one.members())
        held = "all" if len(one.members()) == len(METHODS) else held
        rows.append((f"`@{one.name}`", one.title, one.sentence, held, ", ".join(one.levels)))
    return _table(("name", "title", "what it is", "holds", "offered for"), rows)


def parameters() -> str:
    """Every parameter of every method."""
    rows = (
        (f"`{m.name}`", f"`{info.name}`", f"`{info.default!r}`", _allowed(info), info.help)
        for m in METHODS
        for info in describe(m.Parameters)
    )
    return _table(("method", "parameter", "default", "allowed", "meaning"), rows)


def targets() -> str:
    """Every kind of target, with its parameters."""
    rows = (
        (
            f"`{t.name}`",
            t.title,
            t.summary,
            t.formula,
            _names(t.Parameters),
        )
        for t in TARGETS
    )
    return _table(("name", "title", "what it is for", "score", "parameters"), rows)


NEEDS = {"map": "the map", "model": "the model", "masks": "a mask"}


def metrics() -> str:
    """Every metric."""
    rows = (
        (
            f"`{m.name}`",
            m.title,
            OF_METRICS[m.family][0],
            NEEDS[m.needs],
            f"{m.direction} is better",
            m.definition,
            _names(m.Parameters),
            m.cost,
            m.citation,
        )
        for m in METRICS
    )
    heads = ("family", "needs", "direction", "definition", "parameters", "cost", "source")
    return _table(("name", "title", *heads), rows)


def proofs_of_methods() -> str:
    """What each method was compared with, and the tests that do."""
    return _proofs(METHODS.names())


def proofs_of_metrics() -> str:
    """The same of each metric."""
    return _proofs(METRICS.names())


def controls() -> str:
    """Every control that methods are compared with."""
    rows = ((f"`{c.name}`", c.title, c.summary, c.citation) for c in CONTROLS)
    return _table(("name", "title", "what it is", "source"), rows)


def formats() -> str:
    """Every model format."""
    rows = ((f"`{f.name}`", f.title, _claim(f)) for f in FORMATS)
    return _table(("name", "title", "how"), rows)


def packages() -> str:
    """Every kind of package around a model."""
    rows = ((f"`{p.name}`", p.title, _claim(p)) for p in PACKAGES)
    return _table(("name", "what it is", "how"), rows)


def pictures() -> str:
    """Every kind of picture file."""
    ways = {(): "", ("frame",): "`--frame`", ("slice",): "`--slice`"}
    rows = (
        (
            r.title,
            " ".join(f"`{suffix}`" for suffix in r.suffixes),
            _claim(r),
            ways.get(r.several, "`--slice`, `--frame`"),
        )
        for r in sorted(READERS, key=lambda one: -one.order)
    )
    return _table(("kind", "names in folders", "how", "one of several"), rows)


def architectures() -> str:
    """Every architecture that weights can be put into."""
    rows = [(f"`{a.name}`", a.title, _claim(a)) for a in ARCHITECTURES]
    index = read_index()
    for library, version in index.versions.items():
        count = sum(entry.library == library for entry in index.entries)
        text = f"{count} architectures of {library} {version}, by the name that it has there."
        rows.append((f"`{library}/…`", library, text))
    return _table(("name", "title", "what it is"), rows)


def checks() -> str:
    """Every readiness check, in the order in which they run."""
    rows = ((f"`{c.name}`", _claim(sys.modules[type(c).__module__])) for c in CHECKS)
    return _table(("check", "what it establishes"), rows)


def findings() -> str:
    """Every finding code."""
    rows = ((f"`{code}`", one.meaning, one.action) for code, one in MEANINGS.items())
    return _table(("code", "meaning", "what to do"), rows)


def limits() -> str:
    """Every limit of a server that its environment can set."""
    rows = (
        (f"`{one.metadata['name']}`", _default(one), one.metadata["help"]) for one in fields(Limits)
    )
    return _table(("variable", "default", "meaning"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    table.__name__: table
    for table in (
        methods,
        presets,
        parameters,
        targets,
        metrics,
        proofs_of_methods,
        proofs_of_metrics,
        controls,
        formats,
        packages,
        pictures,
        architectures,
        checks,
        findings,
        limits,
        licences,
    )
}


def updated(text: str) -> str:
    """The text with every marked table made anew."""
    return MARK.sub(_made, text)


def _made(found: re.Match[str]) -> str:
    table = TABLES.get(found[2])  # other scripts write other tables
    return found[1] + table() + found[3] if table else found[0]


def main(words: list[str]) -> int:
    """Write the tables, or with `--check` only say whether they are up to date."""
    old = []
    for page in sorted(FOLDER.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = updated(before)
        if before != after:
            old.append(page.name)
            if words != ["--check"]:
                page.write_text(after, encoding="utf-8")
    if words != ["--check"]:
        return 0
    for name in old:
        print(f"{name} is out of date: run python -m scripts.reference", file=sys.stderr)
    return int(bool(old))


def _proofs(names: Iterable[str]) -> str:
    found = by_subject(proofs())
    rows = ((f"`{name}`", *told(found[name])) for name in names)
    return _table(("name", "compared with (on)", "tests"), rows)


def _claim(thing: object) -> str:
    """The first paragraph of its docstring, or of its class's."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())


def _default(one: Field[Any]) -> str:
    if isinstance(one.default, int | float):
        return f"{one.default:g}"
    return "by cores and memory, at most 8"


def _names(parameters: type) -> str:
    told = dict.fromkeys(FILES, " (a picture's file)")
    return ", ".join(f"`{one.name}`{told.get(one.holds, '')}" for one in describe(parameters))


def _allowed(info: ParameterInfo) -> str:
    if info.choices:
        return ", ".join(f"`{choice}`" for choice in info.choices)
    if info.minimum is not None and info.maximum is not None:
        return f"{info.minimum:g} to {info.maximum:g}"
    return "yes or no" if info.kind is bool else "text"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    # A bar would end the cell, also inside `code`.
    return "".join(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in r)} |\n" for r in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
