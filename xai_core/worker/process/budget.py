"""How much a worker process may take, and what the operator has configured about its cage."""

from __future__ import annotations

import os
from dataclasses import dataclass

from xai_core.base.errors import InputError
from xai_core.cage.plan import GIB

MEMORY = "PEDESTAL_WORKER_MEMORY"  # GiB
PROTECTION = "PEDESTAL_PROTECTION"  # "off" switches it off
UNPROTECTED = "PEDESTAL_ALLOW_UNPROTECTED"  # "1" allows trust without it
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Budget:
    """What a worker process may take before it is killed.

    Attributes:
        memory: bytes that it holds in memory. disk: bytes of files that it has written.
        threads: how many. entries: files, folders and links that it has made.
        cores: that its computations share; 0 leaves that to torch. gpu: the only one that it sees,
            as `CUDA_VISIBLE_DEVICES` names it; None leaves it those of this program.
        ahead: whether libraries that other workers may need are imported ahead, once one is idle.
    """

    memory: int
    disk: int = 4 * GIB
    threads: int = 2000
    entries: int = 50_000
    cores: int = 0
    gpu: str | None = None
    ahead: bool = True

    @property
    def settings(self) -> dict[str, str]:
        """What of it a process reads from its environment."""
        cores = {name: str(self.cores) for name in THREADS} if self.cores else {}
        return cores if self.gpu is None else {**cores, "CUDA_VISIBLE_DEVICES": self.gpu}

    @classmethod
    def configured(cls) -> Budget:
        """`PEDESTAL_WORKER_MEMORY` GiB; by default half of the machine's memory.

        Raises:
            InputError: the variable is not a positive number.
        """
        given = os.environ.get(MEMORY)
        if not given:
            import psutil

            return cls(max(psutil.virtual_memory().total // 2, 2 * GIB))
        try:
            memory = int(float(given) * GIB)
        except (ValueError, OverflowError):
            memory = 0
        if memory <= 0:
            raise InputError(
                f"{MEMORY} should be a number of GiB and is {given!r}.", "Set it to 4, for example."
            )
        return cls(memory)


def protection_wanted() -> bool:
    """False where the operator has switched the cage off."""
    return os.environ.get(PROTECTION, "on").lower() != "off"


def unprotected_allowed() -> bool:
    """Whether the operator lets trusted files run in a process without a complete cage."""
    return os.environ.get(UNPROTECTED) == "1"
