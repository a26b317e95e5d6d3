"""Several JavaScript modules -> the one text that Components v2 takes.

A component's script is loaded from memory, where `import … from "./other.js"` finds nothing. So the
modules, which a browser or a test can load as they stand, are joined: each becomes a function of
its own that returns what it exports, after those that it imports.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def joined(entry: Path) -> str:
    """The text of a module with all that it imports; it exports what `entry` does by default."""
    found: dict[str, str] = {}
    _collect(entry, found)
    body = found.pop(entry.stem)
    return "\n".join([*(_scoped(name, text) for name, text in found.items()), _linked(body)])


def _collect(path: Path, found: dict[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for _, name in _IMPORT.findall(text):
        if name not in found:
            _collect(path.with_name(f"{name}.js"), found)
    found[path.stem] = text


def _scoped(name: str, text: str) -> str:
    exports = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _linked(text))
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();"


def _linked(text: str) -> str:
    return _IMPORT.sub(r"const \1 = $\2;", text)
