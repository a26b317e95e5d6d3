"""Closing the cage: limits, then the rights of root, then files, then system calls."""

from __future__ import annotations

from xai_core.cage.calls import NAME as CALLS
from xai_core.cage.calls import guard_calls
from xai_core.cage.calls import lacking as lacking_calls
from xai_core.cage.files import CORE, guard_files
from xai_core.cage.files import NAME as FILES
from xai_core.cage.files import lacking as lacking_files
from xai_core.cage.libraries import readable
from xai_core.cage.limits import guard_resources
from xai_core.cage.plan import Plan
from xai_core.cage.privileges import without_privileges
from xai_core.cage.protection import Guard, Protection


def protect(plan: Plan) -> Protection:
    """Guard this process for the rest of its life; call it before any library starts a thread.

    A guard that this system does not know is left out, and the result says so.
    """
    limits = guard_resources(plan)
    if not plan.wanted:
        off = (Guard(name, False, "switched off, as configured") for name in (FILES, CALLS))
        return Protection((*off, limits))
    _imported_before()
    limits = without_privileges(limits, readable(CORE))
    files = guard_files(plan.home, plan.lent)
    return Protection((files, guard_calls(), limits))


def missing() -> Protection:
    """The guards that a process on this machine would not have; asked before there is one."""
    lacking = {FILES: lacking_files(), CALLS: lacking_calls()}
    return Protection(tuple(Guard(name, False, why) for name, why in lacking.items() if why))


def _imported_before() -> None:
    lacking_calls()  # finding libseccomp starts a process; afterwards nothing can
