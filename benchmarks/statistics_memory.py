"""Memory of the statistics of 100,000 rows: in one pass over the shards, against all of it held."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.timing import Goal
from xai_core.base.input_spec import InputSpec
from xai_core.models.formats.base import LoadOptions
from xai_core.studies.entry import QUANTILES
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Description, Row, Shards

UNIT, ROUNDS = "MB", 1
PICTURES, METHODS = 34_000, ("saliency", "smoothgrad", "guided-backprop")

READ = """
import sys, threading, time
from pathlib import Path
import psutil
import numpy as np
import pyarrow.parquet, scipy.stats
from xai_core.studies.entry import QUANTILES
from xai_core.studies.shards import Shards
from xai_core.studies.summary import open_summary

me, peak, over = psutil.Process(), 0, False
def look():
    global peak
    while not over:
        peak = max(peak, me.memory_info().rss)
        time.sleep(0.005)
before = me.memory_info().rss
watch = threading.Thread(target=look)
watch.start()
folder = Path(sys.argv[1])
if sys.argv[2] == "summary":
    found = open_summary(folder).statistics.places.pictures
else:
    rows = list(Shards(folder).rows())
    curves = np.stack([row.curve.astype(np.float64) for row in rows])
    found = len(curves) // 3
over = True
watch.join()
assert found == int(sys.argv[3]), found
print((peak - before) / 1e6)
"""


def grown(how: str) -> float:
    """Megabytes by which a process grows at its peak."""
    call = [sys.executable, "-c", READ, str(_study()), how, str(PICTURES)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)


@cache
def _study() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pedestal-bench-"))
    setting = Setting("0" * 64, LoadOptions(), InputSpec())
    shards = Shards.begin(folder, Description.of(setting, methods={name: {} for name in METHODS}))
    waiting: list[Row] = []
    for row in _rows():
        waiting.append(row)
        if len(waiting) == 4096:
            shards.write(waiting)
            waiting = []
    shards.write(waiting)
    return folder


def _rows() -> Iterator[Row]:
    draws = np.random.default_rng(0)
    fall = np.log1p(-QUANTILES)
    for picture in range(PICTURES):
        digits = draws.bytes(32).hex()
        for number, method in enumerate(METHODS):
            level = 9 + 0.2 * number + draws.normal(0, 0.4)
            yield Row(
                digits, f"{picture}.png", method, raw=level, curve=(level + fall).astype(np.float32)
            )


OURS, THEIRS = "the summary of 102,000 rows", "102,000 rows held"
CASES = {OURS: lambda: grown("summary"), THEIRS: lambda: grown("held")}
GOALS = [Goal(OURS, THEIRS, 0.5)]
