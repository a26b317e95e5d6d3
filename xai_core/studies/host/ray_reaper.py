"""Ends what a killed program has left of its Ray; runs beside it, and needs nothing but psutil.

Ray's agents outlive their program by a minute. Standard input tells the folder to delete, and that
the program has ended: then it is closed. Run by its path, so that it imports no package.
"""

from __future__ import annotations

import os
import select
import shutil
import sys

import psutil

LOOK = 0.5  # seconds between two looks at who there is


def main() -> None:
    """Watch until the program ends, then end those of its processes that are still there."""
    folder = sys.stdin.readline().strip()
    program = psutil.Process(os.getppid())
    family: set[psutil.Process] = set()
    while not select.select([sys.stdin], [], [], LOOK)[0]:
        family |= _children(program)
    for process in family:
        try:
            process.kill()  # never another one with its number: psutil compares when they began
        except psutil.Error:
            continue
    psutil.wait_procs(list(family), timeout=5)
    shutil.rmtree(folder, ignore_errors=True)


def _children(program: psutil.Process) -> set[psutil.Process]:
    try:
        return {one for one in program.children(recursive=True) if one.pid != os.getpid()}
    except psutil.Error:
        return set()


if __name__ == "__main__":
    main()
