"""The steps in which a model is opened: what the numbers of a progress stand for."""

from __future__ import annotations

from typing import Literal

Step = Literal["read", "load", "run", "gradient", "proof"]
STEPS: tuple[Step, ...] = ("read", "load", "run", "gradient", "proof")
LOADING: tuple[Step, ...] = ("read", "load", "run")
"""Those of loading, where `done` counts the steps that are over."""


def loading_step(done: int) -> Step:
    """The step of loading that runs once `done` are over, whatever number a process sends."""
    return LOADING[min(max(done, 0), len(LOADING) - 1)]
