"""`{public-names}`: what `xai_core.__all__` names, documented from the docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import xai_core

SECTIONS = ("Args:", "Attributes:", "Raises:")
NAMES = r"(?:[a-z]\w*(?:, [a-z]\w*)*|[A-Z]\w*Error|Cancelled)"
BETWEEN = re.compile(rf"(?<=[.;]) (?={NAMES}: )")  # short entries share a line
ALL_CALLS = re.compile(r"^Raises \(.*\):$")
ENTRY = re.compile(rf"({NAMES}): (.*)")


class PublicNames(SphinxDirective):
    """Functions, then classes, each in the order of its name."""

    def run(self) -> list[nodes.Node]:
        """Markdown around the directives of autodoc."""
        names = sorted(xai_core.__all__, key=str.lower)
        classes = [name for name in names if inspect.isclass(getattr(xai_core, name))]
        functions = [name for name in names if name not in classes]
        text = "## Functions\n\n" + "".join(_entry("autofunction", name) for name in functions)
        text += "## Classes\n\n" + "".join(_entry("autoclass", name) for name in classes)
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _entry(directive: str, name: str) -> str:
    options = "   :members:\n" if directive == "autoclass" else ""
    if options and not issubclass(getattr(xai_core, name), Exception):
        options += "   :inherited-members:\n"
    return f"```{{eval-rst}}\n.. {directive}:: xai_core.{name}\n{options}```\n\n"


def one_name_a_line(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Give every argument and attribute of a docstring a line of its own."""
    if what == "property":  # napoleon would take a colon in its first line for a type
        lines.insert(0, "")
        return
    told: list[str] = []
    inside = False
    for line in lines:
        line = ALL_CALLS.sub("Raises:", line)
        if line and not line.startswith(" "):
            inside = line in SECTIONS
        if inside and line.startswith("     "):  # goes on with the entry before it
            told[-1] += " " + line.strip()
        else:
            told.append(line)
    lines[:] = [one for line in told for one in _entries(line)]


def _entries(line: str) -> list[str]:
    if not line.startswith("    "):
        return [line]
    found = [ENTRY.fullmatch(part) for part in BETWEEN.split(line.strip())]
    if not all(found):
        return [line]
    return [f"    {name}: {one[2]}" for one in found if one for name in one[1].split(", ")]


def readable_defaults(
    app: Sphinx,
    what: str,
    name: str,
    thing: object,
    options: object,
    arguments: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Without `<factory>`, which Sphinx cannot parse and so would show with all module names."""
    return arguments and arguments.replace("<factory>", "..."), returned


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-docstring", one_name_a_line, priority=400)  # napoleon has 500
    app.connect("autodoc-process-signature", readable_defaults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
