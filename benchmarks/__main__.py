"""Runs every benchmark of this folder, or those that are named."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

import benchmarks
from benchmarks.machine import describe
from benchmarks.timing import compare


def main(names: list[str]) -> int:
    found = {name: module for name in _names() if hasattr(module := _load(name), "CASES")}
    if unknown := [name for name in names if name not in found]:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(found)}.")
        return 2
    print(describe())
    for name in names or found:
        print(f"\n{name}: {(found[name].__doc__ or '').strip().splitlines()[0]}")
        _run(found[name])
    return 0


def _run(module: ModuleType) -> None:
    getattr(module, "prepare", lambda: None)()
    seconds = compare(module.CASES)
    unit = next(iter(seconds.values()))
    for title, time in seconds.items():
        print(f"  {title:<58} {time:8.2f} s  {time / unit:6.2f}×")


def _names() -> list[str]:
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return [m.name for m in modules if not m.name.startswith("_")]


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.{name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
