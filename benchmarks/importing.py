"""Importing the core: against NumPy alone. It imports no library before a function needs one."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.timing import Goal

ROUNDS = 5


def core() -> None:
    subprocess.run([sys.executable, "-c", "import xai_core"], check=True)


def numpy() -> None:
    subprocess.run([sys.executable, "-c", "import numpy"], check=True)


CORE, NUMPY = "import xai_core", "import numpy"
CASES = {CORE: core, NUMPY: numpy}
GOALS = [Goal(CORE, NUMPY, 1.0)]
