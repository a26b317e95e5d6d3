"""Limits that the kernel counts: memory, file size, open files, no core files."""

from __future__ import annotations

import contextlib

from xai_core.cage.plan import GIB, Plan
from xai_core.cage.protection import Guard

NAME = "limits"


def guard_resources(plan: Plan) -> Guard:
    """Set the limits. The number of processes has none: it would count the user's others."""
    try:
        import resource
    except ImportError:
        return Guard(NAME, False, "this system sets no limits on a process")
    wanted = {
        # Counts what is reserved, also if it is never used, so it leaves room above the limit
        # that the host watches.
        "RLIMIT_DATA": plan.memory + plan.memory // 2,
        "RLIMIT_FSIZE": plan.file_size,
        "RLIMIT_NOFILE": plan.open_files,
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError) as cause:
            return Guard(NAME, False, f"{name} cannot be set: {cause}")
    _die_first()
    return Guard(NAME, True, f"at most {plan.memory / GIB:.1f} GiB of memory")


def _die_first() -> None:
    """Where the machine's memory is short, end before the dashboard does (Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
