"""One benchmark, run and told."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import benchmarks
from benchmarks.results import Measured
from benchmarks.timing import compare


def measured(name: str) -> Measured:
    """Runs one benchmark, and prints what it found."""
    module = load(name)
    question = (module.__doc__ or "").strip().splitlines()[0]
    print(f"\n{name}: {question}", flush=True)
    getattr(module, "prepare", lambda: None)()
    unit = getattr(module, "UNIT", "s")
    figures = compare(module.CASES, getattr(module, "ROUNDS", 3))
    first = next(iter(figures.values()))
    for title, figure in figures.items():
        print(f"  {title:<62} {figure:8.2f} {unit} {figure / first:6.2f}×")
    goals = tuple(getattr(module, "GOALS", ()))
    for goal in goals:
        verdict = "met" if goal.ratio(figures) <= goal.limit else "MISSED"
        told = f"{goal.ratio(figures):.2f} of it, at most {goal.limit:.2f}: {verdict}"
        print(f"  {goal.case} / {goal.against}: {told}", flush=True)
    return Measured(name, question, unit, figures, goals)


def names() -> list[str]:
    """Modules of this folder."""
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return [m.name for m in modules if not m.name.startswith("_")]


def load(name: str) -> ModuleType:
    """The module of a benchmark."""
    return importlib.import_module(f"benchmarks.{name}")
