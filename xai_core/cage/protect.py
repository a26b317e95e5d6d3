"""Closing the cage: limits, a view of its own, the rights of root, files, system calls."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from xai_core.cage.calls import NAME as CALLS
from xai_core.cage.calls import guard_calls
from xai_core.cage.calls import lacking as lacking_calls
from xai_core.cage.files import CORE, guard_files, of_itself
from xai_core.cage.files import NAME as FILES
from xai_core.cage.files import lacking as lacking_files
from xai_core.cage.libraries import devices, has_gpu, readable
from xai_core.cage.limits import guard_resources
from xai_core.cage.plan import Plan
from xai_core.cage.privileges import same_death_signal, without_privileges
from xai_core.cage.protection import Guard, Protection
from xai_core.cage.view import own_view


def protect(plan: Plan) -> Protection:
    """Guard this process for the rest of its life; call it before any library starts a thread.

    A guard that this system does not know is left out, and the result says so.
    """
    limits = guard_resources(plan)
    if not plan.wanted:
        off = (Guard(name, False, "switched off, as configured") for name in (FILES, CALLS))
        return Protection((*off, limits))
    _imported_before()
    paths = readable(CORE)
    with same_death_signal():
        alone = _own_view(plan, paths)
        limits = without_privileges(limits, paths)
    files = guard_files(plan.home, plan.lent)
    if files.works and alone:
        files = replace(files, detail=f"{files.detail}, and no other is there")
    return Protection((files, guard_calls(), limits))


def _own_view(plan: Plan, paths: list[str]) -> bool:
    if sys.platform != "linux" or has_gpu():
        return False  # its driver looks for more than is known here
    shown = (*paths, *devices(), plan.home, plan.lent, *of_itself())
    # TensorFlow ends a process that cannot tell its own program.
    own = str(os.getpid())
    links = [("/proc/self", own), (f"/proc/{own}/exe", os.readlink("/proc/self/exe"))]
    return own_view(os.path.dirname(plan.home), shown, links)


def missing() -> Protection:
    """The guards that a process on this machine would not have; asked before there is one."""
    lacking = {FILES: lacking_files(), CALLS: lacking_calls()}
    return Protection(tuple(Guard(name, False, why) for name, why in lacking.items() if why))


def _imported_before() -> None:
    lacking_calls()  # finding libseccomp starts a process; afterwards nothing can
