"""How many workers a machine bears, and what part of it each one gets."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

from xai_core.base.errors import InputError
from xai_core.cage.plan import GIB
from xai_core.worker.process.budget import MEMORY, THREADS, Budget

EACH = 3 * GIB // 2  # memory that a worker with a common model takes, its decoder included
MOST = 256
ASKING_SECONDS = 20.0  # for the list of GPUs: a driver that wakes up takes a while
VISIBLE = "CUDA_VISIBLE_DEVICES"


def shares_of(workers: int | None = None) -> list[Budget]:
    """What each of the workers of this machine may use; None: as many as it bears.

    Each has a GPU of its own where there are as many. Without one it has its part of the cores, and
    keeps to `OMP_NUM_THREADS` where that is set.

    Raises:
        InputError: not 1 to 256 workers.
    """
    if workers is not None and not 1 <= workers <= MOST:
        raise InputError(f"workers must be 1 to {MOST}, not {workers}.")
    cards = gpus()
    count = workers or len(cards) or _default()
    cores = 0 if any(name in os.environ for name in THREADS) else max(1, own_cores() // count)
    usual = Budget.configured()
    if not os.environ.get(MEMORY):
        import psutil

        part = max(GIB, psutil.virtual_memory().total * 3 // 4 // count)
        usual = replace(usual, memory=min(usual.memory, part))
    return [
        replace(usual, cores=cores, ahead=False, gpu=cards[place % len(cards)] if cards else None)
        for place in range(count)
    ]


def gpus() -> list[str]:
    """Those that this program may use, as `CUDA_VISIBLE_DEVICES` names them."""
    told = os.environ.get(VISIBLE)
    if told is not None:
        return [name.strip() for name in told.split(",") if name.strip() not in ("", "-1")]
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, "--query-gpu=uuid", "--format=csv,noheader"]
    try:
        done = subprocess.run(  # noqa: S603 - no word of it is anybody else's
            command, capture_output=True, text=True, timeout=ASKING_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def own_cores() -> int:
    """Cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _default() -> int:
    import psutil

    return max(1, min(own_cores(), int(psutil.virtual_memory().available // EACH), MOST))
