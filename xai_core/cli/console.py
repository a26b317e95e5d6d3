"""What all subcommands print with: a progress bar for a person, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from xai_core.base.progress import Progress
from xai_core.base.text import json_text, terminal
from xai_core.readiness.verdict.json import plain

WIDTH = 30


@contextmanager
def progress_bar(title: str) -> Iterator[Progress | None]:
    """A bar on standard error; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    title = terminal(title)

    def draw(done: int, total: int) -> None:
        filled = WIDTH * done // max(1, total)
        bar = "#" * filled + "." * (WIDTH - filled)
        print(f"\r{title} [{bar}] {done}/{total}", end="", file=sys.stderr, flush=True)

    try:
        yield draw
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def print_json(data: Any) -> None:
    """One object on standard output; values that are not finite become null."""
    print(json_text(json.dumps(plain(data), indent=2, allow_nan=False, ensure_ascii=False)))


def say(*lines: object) -> None:
    """Lines on standard output, each as one, of signs that a terminal does not obey."""
    for line in lines:
        print(terminal(line))


def hand_on(markdown: str) -> None:
    """A text for another program, made of plain parts already."""
    print(markdown, end="")


def tell(*lines: object) -> None:
    """As `say`, on standard error."""
    for line in lines:
        print(terminal(line), file=sys.stderr)
