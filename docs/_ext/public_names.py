"""`{public-names}`: what `xai_core.__all__` names, documented from the docstrings."""

from __future__ import annotations

import inspect
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import xai_core


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
    return f"```{{eval-rst}}\n.. {directive}:: xai_core.{name}\n{options}```\n\n"


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
