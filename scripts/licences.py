"""The licence of every pinned package, from what its installed distribution says of itself."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from sysconfig import get_path

ROOT = Path(__file__).resolve().parents[1]
PINS = ("requirements.txt", "constraints.txt")
LONGEST = 60  # some put the whole text of a licence where its name belongs
NAMED = re.compile(
    r"\b(?:Apache|BSD|MIT)\b[\w -]*License(?:,? (?:Version )?[\d.]+\d)?", re.IGNORECASE
)


def licences() -> str:
    """A table of all packages that the program pins, by name."""
    rows = ((name, licence(name)) for name in sorted(pinned(), key=str.lower))
    lines = ("| package | licence |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows))
    return "\n".join(lines) + "\n"


def pinned() -> set[str]:
    """Names of the packages that the program pins."""
    return {
        found[1]
        for file in PINS
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if (found := re.match(r"([\w.-]+)==", line))
    }


def licence(name: str) -> str:
    """By its expression, its classifiers, its field, or the first line of its licence file."""
    # Where packages are installed: some, once imported, bring others along on the path.
    here = [get_path("purelib"), get_path("platlib")]
    found = next(iter(distributions(name=name, path=here)), None)
    if found is None:
        return "not installed here"
    said = found.metadata
    expression = said.get("License-Expression")
    classes = [text.split(" :: ") for text in said.get_all("Classifier") or ()]
    classified = ", ".join(parts[-1] for parts in classes if parts[0] == "License")
    field = (said.get("License") or "").strip()
    if field == "UNKNOWN" or len(field) > LONGEST or "\n" in field:
        field = ""
    return expression or classified or field or _heading(found) or "not stated"


def _heading(found: Distribution) -> str:
    """The name of a usual licence at the top of the file that lies in the package."""
    for file in found.files or ():
        if "LICENSE" in file.name.upper() and ".dist-info" in str(file):
            text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
            for line in text.splitlines()[:3]:
                if named := NAMED.search(line):
                    return f"{named[0]} (its file)"
    return ""
