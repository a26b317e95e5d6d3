"""The documents, and the pieces of them that are tested."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if "_build" not in path.parts
}
DOCUMENTS = {
    "README.md": README,
    "CONTRIBUTING.md": CONTRIBUTING,
    "CHANGELOG.md": CHANGELOG,
    **PAGES,
}
ALL = "\n".join((README, CONTRIBUTING, *PAGES.values()))
EXTEND = "\n".join(text for name, text in PAGES.items() if name.startswith("docs/extend/"))


def page(name: str) -> str:
    """A page of the documentation: `guides/share`."""
    return PAGES[f"docs/{name}.md"]


def blocks(text: str, language: str) -> list[str]:
    """Fenced code of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def files(text: str) -> dict[str, str]:
    """Example files: code under a line that is its path and a colon."""
    found = re.findall(r"^`([\w/]+\.py)`:\n\n```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return dict(found)


def commands(text: str) -> list[str]:
    """What follows `python -m xai_core`, or `pedestal`, in shell blocks and workflow steps."""
    code = "".join(blocks(text, "sh") + blocks(text, "yaml"))
    found = re.findall(r"(?:python -m xai_core|(?:^|run: )pedestal) ([^\n>|]+)", code, re.MULTILINE)
    return [words.strip() for words in found if not words.startswith("COMMAND")]


def section(text: str, heading: str) -> str:
    """From a heading to the next of its level."""
    level = heading.split()[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found, heading
    return found[1]
