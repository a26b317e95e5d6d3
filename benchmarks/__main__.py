"""Runs every benchmark of this folder, or those that are named."""

from __future__ import annotations

import argparse
import sys

from benchmarks.machine import describe
from benchmarks.measuring import measured, names
from benchmarks.results import keep


def main() -> int:
    known = names()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(known)}")
    parser.add_argument("--keep", action="store_true", help="write RESULTS.md")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose goal has it")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in known]:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    if given.only and given.keep:
        parser.error("--keep writes whole benchmarks: leave out --only")
    machine = describe()
    print(machine)
    found, failed = [], {}
    for name in given.names or known:
        try:
            found.append(measured(name, given.only))
        except (Exception, SystemExit) as error:  # the others' figures took minutes
            failed[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"  FAILED: {failed[name]}", flush=True)
        if given.keep:
            keep(machine, found, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
