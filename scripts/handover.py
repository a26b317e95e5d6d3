"""Writes the documented table of what teams hand over: opens every case of `tests/handover`.

`python -m scripts.handover`. The families that it writes files of come with `make setup`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.handover.case import Case
    from tests.handover.opened import Opened
    from xai_core.worker import Worker

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "handover.md"
TABLE = re.compile(r"(<!-- begin: handover -->\n).*?(<!-- end: handover -->)", re.DOTALL)
HEADS = ("family", "file", "recognised as", "level", "tries", "as the original")


def cells(found: Opened) -> tuple[str, ...]:
    """The table's row of one case."""
    return (
        found.case.family,
        found.case.title,
        f"`{found.format}`",
        f"`{found.verdict.level}`",
        str(1 + found.case.steps),
        " and ".join(found.compared) or "–",
    )


def documented_rows() -> list[str]:
    """The rows that the documentation shows, without the bars at both ends."""
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("handover.md has no place for the table")
    return [line.strip("| ") for line in found[0].splitlines() if line.startswith("| ")][2:]


def main() -> int:
    """Open all of them and write the table."""
    from tests.handover.families import cases
    from xai_core.worker import Worker

    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        lines = [HEADS, ("---",) * len(HEADS)]
        for index, case in enumerate(cases()):
            lines.append(_row(case, worker, Path(folder) / str(index)))
            print(" | ".join(lines[-1]), flush=True)
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda found: found[1] + table + found[2], text), encoding="utf-8")
    return 0


def _row(case: Case, worker: Worker, folder: Path) -> tuple[str, ...]:
    from tests.handover.opened import opened

    folder.mkdir()
    return cells(opened(case, worker, folder))


if __name__ == "__main__":
    sys.exit(main())
