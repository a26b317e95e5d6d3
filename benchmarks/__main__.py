"""Runs every benchmark of this folder, or those that are named."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

from benchmarks.machine import describe
from benchmarks.measuring import load, measured, names
from benchmarks.results import Measured, keep
from xai_core.worker.launch import ALLOCATION


def main() -> int:
    known = {name: module for name in names() if hasattr(module := load(name), "CASES")}
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
            found.append(_in_a_process(name, computes=getattr(known[name], "COMPUTES", False)))
        except (Exception, SystemExit) as error:  # the others' figures took minutes
            failed[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"  FAILED: {failed[name]}", flush=True)
        if given.keep:
            keep(machine, found, failed)
    return 1 if failed else 0


def _in_a_process(name: str, *, computes: bool) -> Measured:
    """Of its own: what one benchmark leaves open or in memory is nothing to the next.

    computes: it does what a worker does, so it allocates as a worker does.
    """
    with ExitStack() as after, ProcessPoolExecutor(1, get_context("spawn")) as pool:
        for key, value in ALLOCATION.items() if computes else ():
            os.environ[key] = value
            after.callback(os.environ.pop, key)
        return pool.submit(measured, name).result()


if __name__ == "__main__":
    sys.exit(main())
