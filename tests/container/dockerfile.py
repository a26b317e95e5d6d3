"""A Dockerfile as its instructions, and the folder that they would fill."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Instruction:
    """`name` in capitals, and all that follows it on one line."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """As a shell would split them; a command that is written as a list is taken as one."""
        start = self.text.find("[")
        return json.loads(self.text[start:]) if start >= 0 else shlex.split(self.text)


def instructions(text: str) -> list[Instruction]:
    """In order. A line that ends with a backslash goes on in the next one."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in joined]


def named(found: list[Instruction], name: str) -> list[Instruction]:
    return [one for one in found if one.name == name]


def copied(found: list[Instruction]) -> list[tuple[str, str]]:
    """Each source of each COPY, and where it goes to."""
    words = [one.words for one in named(found, "COPY")]
    return [(source, target) for *sources, target in words for source in sources]


def environment(found: list[Instruction]) -> dict[str, str]:
    """What ENV sets."""
    pairs = [word.split("=", 1) for one in named(found, "ENV") for word in one.words]
    return dict(pairs)


def lay_out(found: list[Instruction], place: Path, without: Collection[str] = ()) -> Path:
    """Fill a folder with what COPY brings and `.dockerignore` lets in. Returns the WORKDIR in it.

    Raises:
        FileNotFoundError: the build would not find a source.
    """
    home = place / named(found, "WORKDIR")[0].text.strip("/")
    home.mkdir(parents=True)
    for source, target in copied(found):
        if source in without:
            continue
        files = list(let_in(source))
        if not files:
            raise FileNotFoundError(source)
        for file in files:
            inside = file.relative_to(ROOT / source) if (ROOT / source).is_dir() else file.name
            (home / target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, home / target / inside)
    return home


def let_in(source: str) -> Iterator[Path]:
    """The files of a source that the build gets to see."""
    files = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
    for path in files:
        if path.is_file() and seen(path.relative_to(ROOT).as_posix()):
            yield path


def seen(path: str) -> bool:
    """Whether `.dockerignore` lets a file in: the last line that fits it or a folder above it."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    verdict = True
    for line in lines:
        if line and not line.startswith("#") and _fits(path, line.removeprefix("!")):
            verdict = line.startswith("!")
    return verdict


def _fits(path: str, pattern: str) -> bool:
    parts = re.split(r"(\*\*/|\*)", pattern)
    rule = {"**/": "(?:.*/)?", "*": "[^/]*"}
    expression = re.compile("".join(rule.get(part, re.escape(part)) for part in parts))
    above = [str(one) for one in PurePosixPath(path).parents if str(one) != "."]
    return any(expression.fullmatch(one) for one in (path, *above))
