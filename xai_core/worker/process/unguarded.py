"""Trusted code where the machine does not guard the process that runs it."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.cage.protection import Protection
from xai_core.worker.process.budget import UNPROTECTED, unprotected_allowed

GALLERY = Path(__file__).resolve().parents[2] / "demo" / "gallery"


def ours(*paths: Path | str) -> bool:
    """Whether all these files are of the gallery that this program brings along."""
    return all(Path(path).resolve().is_relative_to(GALLERY) for path in paths)


def refuse_unguarded(protection: Protection) -> None:
    """Nothing, unless trusted code would run in a process whose cage is not complete.

    Raises:
        InputError: `protection-off`.
    """
    if not protection.complete and not unprotected_allowed():
        raise ModelError(
            f"A trusted file may run any code, and this machine does not guard its process: "
            f"protection is {protection.sentence}.",
            f"Open it on a guarded Linux machine. Whoever runs this program can allow it "
            f"all the same: {UNPROTECTED}=1.",
            code="protection-off",
        )
