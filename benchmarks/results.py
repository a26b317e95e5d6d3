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


@dataclass(frozen=True)
class Measured:
    """One benchmark's figures by case, in `unit`, and what was to be reached."""

    name: str
    question: str
    unit: str
    figures: Mapping[str, float]
    goals: tuple[Goal, ...]


def keep(machine: str, found: list[Measured], failed: Mapping[str, str]) -> None:
    """Write the page; what it has of other benchmarks stays.

    Args:
        failed: benchmarks that could not be measured, and why.
    """
    known = {*(one.name for one in found), *failed}
    goals, others = _others(known)
    goals += [
        f"| {one.name} | {goal.case} | {goal.against} | {goal.ratio(one.figures):.2f} "
        f"| ≤ {goal.limit:.2f} | {'yes' if goal.ratio(one.figures) <= goal.limit else '**no**'} |"
        for one in found
        for goal in one.goals
    ]
    table = ["| | what | against | ratio | goal | met |", "| --- | --- | --- | --- | --- | --- |"]
    parts = [HEAD, machine, "", *table, *goals]
    for one in found:
        parts += ["", f"## {one.name}", "", one.question, "", f"| case | {one.unit} |"]
        parts += ["| --- | --- |", *(f"| {t} | {f:.2f} |" for t, f in one.figures.items())]
    parts += others
    for name, why in failed.items():
        parts += ["", f"## {name}", "", f"Not measured: {why}"]
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _others(known: set[str]) -> tuple[list[str], list[str]]:
    """The goals and the sections that the page has of benchmarks that are not among these."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    top, *sections = page.split("\n## ")
    rows = [line for line in top.splitlines() if line.startswith("| ")][2:]
    goals = [line for line in rows if line.split("|")[1].strip() not in known]
    kept = [one.rstrip() for one in sections if one.splitlines()[0] not in known]
    return goals, [line for one in kept for line in ("", f"## {one}")]
