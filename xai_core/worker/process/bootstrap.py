"""The first thing that runs in a worker process: `python -I bootstrap.py ROOT HOST_PID PLAN`.

ROOT is the folder that holds `xai_core`; HOST_PID is the process that must outlive this one; PLAN
is the cage. Order: cage, then NumPy and torch, then requests. The cage covers the one thread that
closes it and what that starts later, and these libraries start threads when they are imported.

With the number of an open socket in place of PLAN it becomes the server that forks workers
(`fork_server.py`): a fork takes one thread along, so that there the order is libraries, fork, cage.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import os
import sys
from pathlib import Path
from typing import BinaryIO


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The frames' pipes, out of reach of `print` and `input`: those get the log and nothing."""
    reader = os.fdopen(os.dup(0), "rb", buffering=2**16)
    writer = os.fdopen(os.dup(1), "wb", buffering=2**16)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reader, writer


def die_with_host(host: int) -> None:
    """Ask the kernel (Linux) to kill this process when its host dies.

    Elsewhere the end of the input does that, as long as Python code runs at all.
    """
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    set_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != host:  # it died before the call above
        os._exit(1)


def import_core(root: Path) -> None:
    """Make `xai_core` importable and nothing else that lies beside it (app, pages, tests)."""
    folder = root / "xai_core"
    spec = importlib.util.spec_from_file_location(
        "xai_core", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no xai_core in {root}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["xai_core"] = module
    spec.loader.exec_module(module)


def live(plan: str, host: int) -> None:
    """Be a worker in that cage until the process `host` goes away."""
    die_with_host(host)
    from xai_core.cage.plan import Plan
    from xai_core.cage.protect import protect

    pipes = take_pipes()
    # A segmentation fault leaves its Python lines in the log.
    faulthandler.enable(all_threads=False)
    protection = protect(Plan.from_text(plan))
    from xai_core.worker.process.child import main

    main(*pipes, protection)


if __name__ == "__main__":
    root, host, order = sys.argv[1:]
    import_core(Path(root))
    if order.isdecimal():
        from xai_core.worker.process.fork_server import serve

        serve(int(order), live)
    else:
        live(order, int(host))
