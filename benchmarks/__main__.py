"""Runs every benchmark of this folder, or those that are named."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from types import ModuleType

import benchmarks
from benchmarks.machine import describe
from benchmarks.results import Measured, keep
from benchmarks.timing import compare


def main() -> int:
    known = {name: module for name in _names() if hasattr(module := _load(name), "CASES")}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(known)}")
    parser.add_argument("--keep", action="store_true", help="write RESULTS.md")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    machine = describe()
    print(machine)
    found, failed = [], {}
    for name in given.names or known:
        try:
            found.append(_measured(name, known[name]))
        except (Exception, SystemExit) as error:  # the others' figures took minutes
            failed[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"  FAILED: {failed[name]}", flush=True)
        if given.keep:
            keep(machine, found, failed)
    return 1 if failed else 0


def _measured(name: str, module: ModuleType) -> Measured:
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


def _names() -> list[str]:
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return [m.name for m in modules if not m.name.startswith("_")]


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.{name}")


if __name__ == "__main__":
    sys.exit(main())
