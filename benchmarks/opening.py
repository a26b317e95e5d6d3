"""Opening the demo model in a process of its own: against `python -c "import torch"`."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.timing import Goal
from xai_core.models.demo import demo_weights
from xai_core.worker.serving.spare import Spare


def opening() -> float:
    """Seconds from the click to the open model; the spare has had the time that a person takes."""
    spare = Spare()
    try:
        spare.prepare()
        waiting = spare.take()
        assert waiting.protection is not None  # returns once the process has started
        spare = Spare()
        start = time.perf_counter()
        waiting.load(demo_weights())
        seconds = time.perf_counter() - start
        waiting.close()
        return seconds
    finally:
        spare.close()


def importing() -> None:
    subprocess.run([sys.executable, "-c", "import torch"], check=True)


OPENING, IMPORTING = "opening a model in a process that waits", 'python -c "import torch"'
CASES = {OPENING: opening, IMPORTING: importing}
GOALS = [Goal(OPENING, IMPORTING, 0.3)]
