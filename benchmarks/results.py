"""What was measured, as a page that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import Goal

PAGE = Path(__file__).with_name("RESULTS.md")
HEAD = """# Benchmarks

Measured by `make bench`, each benchmark in one run. Only the ratios mean anything elsewhere; each
is the figure of a case over that of the case it is compared with.
"""
TABLE = ["| | what | against | ratio | goal | met |", "| --- | --- | --- | --- | --- | --- |"]


@dataclass(frozen=True)
class Measured:
    """One benchmark's figures by case, in `unit`, and what was to be reached."""

    name: str
    question: str
    unit: str
    figures: Mapping[str, float]
    goals: tuple[Goal, ...]


def keep(machine: str, found: list[Measured], failed: Mapping[str, str]) -> None:
    """Write the page; what it says of other benchmarks stays.

    Args:
        machine: that of this run. failed: benchmarks that could not be measured, and why.
    """
    rows, sections = _kept({one.name for one in found} | set(failed))
    rows += [
        f"| {one.name} | {goal.case} | {goal.against} | {goal.ratio(one.figures):.2f} "
        f"| ≤ {goal.limit:.2f} | {'yes' if goal.ratio(one.figures) <= goal.limit else '**no**'} |"
        for one in found
        for goal in one.goals
    ]
    parts = [HEAD, machine, "", *TABLE, *rows, *sections]
    for one in found:
        parts += ["", f"## {one.name}", "", one.question, "", f"| case | {one.unit} |"]
        parts += ["| --- | --- |", *(f"| {t} | {f:.2f} |" for t, f in one.figures.items())]
    for name, why in failed.items():
        parts += ["", f"## {name}", "", f"Not measured: {why}"]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _kept(again: set[str]) -> tuple[list[str], list[str]]:
    """Rows and sections of the page that are of no benchmark measured again."""
    if not PAGE.exists():
        return [], []
    head, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    rows = [line for line in head.splitlines() if line.startswith("| ") and line not in TABLE]
    rows = [line for line in rows if line.split(" | ")[0].removeprefix("| ") not in again]
    others = [one.rstrip() for one in sections if one.splitlines()[0] not in again]
    return rows, [f"\n## {one}" for one in others]
