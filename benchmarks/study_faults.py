"""Faults of a study: is a row lost or doubled?

The driver is killed at 50 random moments, in a study whose rows are made up so that it is writing
nearly always; and at 2 in one with its workers. The disk gets full, workers are killed, pictures
are broken, the same study is started twice. After each, the study is gone on with to its end, and
its rows are counted.
"""

from __future__ import annotations

import atexit
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import psutil

from benchmarks._study import SMALL, folder_of, job, room, small_network
from benchmarks.timing import Goal
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.jobs.status import read_status
from xai_core.studies.shards import Shards

UNIT, ROUNDS = "", 1
KILLS, REAL_KILLS = int(os.environ.get("PEDESTAL_BENCH_KILLS", "50")), 2
MANY, FEW, EACH = 6_000, 200, 2  # pictures, and methods
SPEC = InputSpec(height=SMALL, width=SMALL, resize=SMALL)
context = get_context("forkserver" if sys.platform == "linux" else "spawn")
draws = random.Random(0)  # noqa: S311 - moments, no secrets


@cache
def empty_files() -> Path:
    """Pictures by name alone."""
    folder = room() / "empty"
    folder.mkdir()
    for number in range(MANY):
        (folder / f"{number:05d}.png").touch()
    return folder


@cache
def some_broken() -> Path:
    """Pictures of which every twentieth is cut off."""
    folder = room() / "broken"
    shutil.copytree(folder_of(FEW, SMALL), folder)
    for number, file in enumerate(sorted(folder.iterdir())):
        if number % 20 == 7:
            file.write_bytes(file.read_bytes()[:200] + bytes([number]))
    return folder


def kept() -> Path:
    return room() / f"kept-{time.monotonic_ns()}"


def wrong(folder: Path, rows: int) -> float:
    """Rows that a study lacks or has too often, in all files together."""
    import pyarrow.parquet as pq

    shards = Shards(folder)
    found = [row.key(shards.key) for row in shards.rows()]
    written = sum(pq.ParquetFile(file).metadata.num_rows for file in folder.glob("*.parquet"))
    return abs(rows - len(set(found))) + (len(found) - len(set(found))) + abs(written - rows)


def started(folder: Path, *more: int) -> psutil.Process:
    """A driver of a quick study."""
    from benchmarks._quick_study import compute

    process = context.Process(target=compute, args=(empty_files(), folder, *more), daemon=True)
    process.start()
    return psutil.Process(process.pid)


def driver_killed() -> float:
    found, folder = 0.0, kept()
    for _ in range(KILLS):
        process = started(folder)
        with suppress(psutil.TimeoutExpired):
            process.wait(draws.uniform(0, 1.5))
            found += wrong(folder, EACH * MANY)
            folder = kept()  # it was through before
            continue
        process.kill()
        process.wait()
    started(folder).wait()
    return found + wrong(folder, EACH * MANY)


def disk_full() -> float:
    folder = kept()
    for shards in range(5):
        started(folder, shards).wait()
        assert read_status(folder).state == "failed", read_status(folder)
    started(folder).wait()
    return wrong(folder, EACH * MANY)


def command(folder: Path) -> subprocess.Popen[bytes]:
    """The command line with all its processes."""
    methods = ["--method", "saliency", "--method", "guided-backprop"]
    asked = [str(small_network()), str(folder_of(FEW, SMALL)), *methods, "--keep", str(folder)]
    spec = f'{{"height": {SMALL}, "width": {SMALL}, "resize": {SMALL}}}'
    words = [sys.executable, "-m", "xai_core", "study", *asked, "--spec", spec]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def command_killed() -> float:
    folder = kept()
    for _ in range(REAL_KILLS):
        process = command(folder)
        with suppress(subprocess.TimeoutExpired):
            process.wait(draws.uniform(4, 12))
        process.kill()
    assert command(folder).wait() == 0
    return wrong(folder, EACH * FEW)


def started_twice() -> float:
    folder = kept()
    both = [command(folder), command(folder)]
    ends = sorted(one.wait() for one in both)
    assert ends in ([0, 2], [0, 0]), ends
    return wrong(folder, EACH * FEW)


def workers_killed() -> float:
    folder, killed = kept(), 0

    def kill() -> None:
        nonlocal killed
        ours = psutil.Process().children(recursive=True)
        inner = [one for one in ours if one.ppid() != os.getpid()]
        if killed < 3 and inner:
            killed += 1
            draws.choice(inner).kill()

    job(folder_of(FEW, SMALL), model=small_network(), spec=SPEC, kept=folder, each=kill)
    assert killed == 3
    return wrong(folder, 3 * FEW)


def broken_pictures() -> float:
    folder = kept()
    job(some_broken(), model=small_network(), spec=SPEC, kept=folder)
    count = len(range(7, FEW, 20))
    return abs(read_status(folder).broken - count) + wrong(folder, 3 * (FEW - count) + count)


def prepare(titles: list[str]) -> None:
    """Draws the pictures."""
    context.set_forkserver_preload(["benchmarks._quick_study"])
    empty_files(), some_broken(), small_network()
    atexit.register(shutil.rmtree, room(), ignore_errors=True)


ROWS = f"rows that a study of {MANY:,} pictures has"
FAULTS: dict[str, Callable[[], float]] = {
    f"driver killed {KILLS} times: rows lost or doubled": driver_killed,
    f"command killed {REAL_KILLS} times, workers and all: rows lost or doubled": command_killed,
    "disk full 5 times: rows lost or doubled": disk_full,
    "3 processes of workers killed: rows lost or doubled": workers_killed,
    "5 % of pictures broken: rows lost or doubled, causes not told": broken_pictures,
    "the same study started twice: rows lost or doubled": started_twice,
}
CASES: dict[str, Callable[[], float]] = {ROWS: lambda: float(EACH * MANY), **FAULTS}
GOALS = [Goal(title, ROWS, 0) for title in FAULTS]
