"""What all subcommands print with: a progress bar for a person, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from xai_core.base.progress import Progress
from xai_core.base.text import json_text, terminal
from xai_core.readiness.verdict.json import plain

WIDTH, MOST = 30, 120  # signs of a bar, and of a line


@contextmanager
def progress_bar(title: str) -> Iterator[Progress | None]:
    """A bar on standard error; None where nobody watches."""
    with changing_line() as line:

        def draw(done: int, total: int) -> None:
            filled = WIDTH * done // max(1, total)
            bar = "#" * filled + "." * (WIDTH - filled)
            if line is not None:
                line(f"{title} [{bar}] {done}/{total}")

        yield draw if line is not None else None


@contextmanager
def changing_line() -> Iterator[Callable[[str], None] | None]:
    """One line on standard error that is drawn anew; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return

    def draw(told: str) -> None:
        print(f"\r\x1b[K{terminal(told)[:MOST]}", end="", file=sys.stderr, flush=True)

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
