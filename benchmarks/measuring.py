"""One benchmark, run and told."""

from __future__ import annotations

import importlib
import pkgutil
from functools import partial
from pathlib import Path
from types import ModuleType

import benchmarks
from benchmarks.processes import Processes
from benchmarks.results import Measured
from benchmarks.timing import compare, figure

ROUNDS = 3


def measured(name: str, only: str = "") -> Measured:
    """Runs one benchmark, and prints what it found. only: goals whose cases have this text."""
    module = load(name)
    question = (module.__doc__ or "").strip().splitlines()[0]
    print(f"\n{name}: {question}", flush=True)
    goals = [
        one
        for one in getattr(module, "GOALS", ())
        if only.lower() in f"{one.case} / {one.against}".lower()
    ]
    cases = {title for one in goals for title in (one.case, one.against)}
    figures = _figures(name, module, [one for one in module.CASES if not only or one in cases])
    unit = getattr(module, "UNIT", "s")
    first = next(iter(figures.values()), 0.0)  # none where `only` chose none
    for title, found in figures.items():
        print(f"  {title:<62} {found:8.2f} {unit} {found / (first or 1):6.2f}×")
    for goal in goals:
        verdict = "met" if goal.ratio(figures) <= goal.limit else "MISSED"
        told = f"{goal.ratio(figures):.2f} of it, at most {goal.limit:.2f}: {verdict}"
        print(f"  {goal.case} / {goal.against}: {told}", flush=True)
    return Measured(name, question, unit, figures, tuple(goals))


def _figures(name: str, module: ModuleType, chosen: list[str]) -> dict[str, float]:
    """By case, each in the process that it belongs in."""
    as_worker = {title: title in getattr(module, "WORKER", ()) for title in chosen}
    with Processes() as processes:
        for one in set(as_worker.values()):
            titles = [title for title in chosen if as_worker[title] == one]
            processes.run(one, prepare, name, titles)
        cases = {
            title: partial(processes.run, as_worker[title], figure_of, name, title)
            for title in chosen
        }
        return compare(cases, getattr(module, "ROUNDS", ROUNDS))


def prepare(name: str, titles: list[str]) -> None:
    """What the cases of those titles need, in the process that will run them."""
    getattr(load(name), "prepare", lambda _: None)(titles)


def figure_of(name: str, title: str) -> float:
    """What one case takes in this process."""
    return figure(load(name).CASES[title])


def names() -> list[str]:
    """Those of this folder, told without importing any."""
    folder = Path(benchmarks.__path__[0])
    files = (folder / f"{one.name}.py" for one in pkgutil.iter_modules([str(folder)]))
    return [file.stem for file in files if "\nCASES" in file.read_text(encoding="utf-8")]


def load(name: str) -> ModuleType:
    """The module of a benchmark."""
    return importlib.import_module(f"benchmarks.{name}")
