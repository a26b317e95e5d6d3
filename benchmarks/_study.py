"""Studies that the benchmarks measure: their pictures, their models, and how fast they go."""

from __future__ import annotations

import atexit
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch
from PIL import Image
from torch import nn

from benchmarks._demo import inputs
from xai_core.base.pace import Pace
from xai_core.models.demo import model_file
from xai_core.models.formats.base import LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.studies.engines.base import ENGINES as ENGINES
from xai_core.studies.jobs.driver import run_job
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Status
from xai_core.studies.setting import Setting
from xai_core.studies.store import complete

METHODS: Mapping[str, Mapping[str, Any]] = {
    "saliency": {},
    "guided-backprop": {},
    "grad-cam": {},
}
SMALL = 32  # pixels of a side
# Of a study and of whole processes: `cpu` counts the seconds of computing instead, of all their
# processes. That is for a machine that others use meanwhile, and says nothing of workers.
CLOCK = os.environ.get("PEDESTAL_BENCH_CLOCK", "seconds")


@cache
def room() -> Path:
    """A folder that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="pedestal-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def folder_of(count: int, side: int = 320) -> Path:
    """So many different pictures: the cat under noise, as JPEG."""
    folder = room() / f"{count}-{side}"
    folder.mkdir()
    draws = np.random.default_rng(0)
    with Image.open(picture_path("cat")) as cat:
        plain = np.asarray(cat.convert("RGB").resize((side, side)), dtype=np.float32)
    for number in range(count):
        noisy = plain + draws.normal(0, 12, plain.shape)
        picture = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
        picture.save(folder / f"{number:06d}.jpg", quality=92)
    return folder


@cache
def prepared(count: int) -> np.ndarray:
    """The same pictures as the demo network gets them, `[N, 3, 224, 224]`."""
    spec = InputSpec()
    paths = sorted(folder_of(count).iterdir())
    return np.concatenate([prepare(open_picture(path, spec), spec).inputs for path in paths])


@cache
def small_network() -> Path:
    """A file with a network so small that all around it shows."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, 2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )
    path = room() / "small.pt"
    torch.save(net.eval(), path)
    return path


@dataclass(frozen=True)
class Moment:
    """Of a job. cpu: seconds of all its processes. memory: bytes of them."""

    seconds: float
    cpu: float
    memory: int
    done: int


@dataclass(frozen=True)
class Speed:
    """How a job went. seen: each time that more pictures were done."""

    seen: Sequence[Moment]

    def of_a_picture(self, first: int, last: int, clock: str = CLOCK) -> float:
        """Seconds for each of the pictures between two counts."""
        start, end = self.at(first), self.at(last)
        used: float = getattr(end, clock) - getattr(start, clock)
        return used / max(1, end.done - start.done)

    def at(self, done: int) -> Moment:
        """When so many were done."""
        return next(one for one in self.seen if one.done >= done)


def used() -> tuple[float, int]:
    """Seconds of computing, and bytes of memory, of this process and those that it started."""
    cpu, memory, here = 0.0, 0, psutil.Process()
    for one in (here, *here.children(recursive=True)):
        with suppress(psutil.Error):
            times = one.cpu_times()
            cpu += times.user + times.system
            memory += one.memory_info().rss
    return cpu, memory


def job(
    pictures: Path,
    *,
    model: Path | None = None,
    spec: InputSpec | None = None,
    engine: str = "local",
    workers: int = 1,
    pace: Pace | None = None,
    kept: Path | None = None,
    each: Callable[[], None] = lambda: None,
) -> Speed:
    """A study from nothing, by the engine of that name. kept: its folder; else it goes again.

    each: called after some pictures.
    """
    file = Path(model or model_file("demo"))
    options = LoadOptions(input_spec=spec) if spec else LoadOptions()
    setting = Setting(digest(file).sha256, options, spec or InputSpec())
    plan = Plan(
        file,
        file.name,
        setting,
        str(pictures),
        complete(METHODS),
        pace=pace or Pace(),
        engine=engine,
        workers=workers,
    )
    seen: list[Moment] = []
    start = time.perf_counter()

    def told(status: Status) -> None:
        if not seen or status.done > seen[-1].done:
            seen.append(Moment(time.perf_counter() - start, *used(), status.done))
            each()

    with tempfile.TemporaryDirectory(dir=room()) as folder:
        run_job(plan, kept or Path(folder), told)
    return Speed(seen)


def process(arguments: Sequence[str], **environment: str) -> float:
    """Seconds that a Python of its own takes, with all that it starts.

    Raises:
        SystemExit: it failed; with its last words.
    """
    _adopt()
    start, before = time.perf_counter(), _of_the_ended()
    found = subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SystemExit("\n".join((found.stderr or found.stdout).splitlines()[-3:]))
    seconds = time.perf_counter() - start
    return seconds if CLOCK == "seconds" else _of_the_ended() - before


def _adopt() -> None:
    """What is left of a process' own processes when it ends is waited for here (Linux)."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _of_the_ended() -> float:
    """Seconds of computing of all processes that were started here and have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def seconds(run: Callable[[], object]) -> float:
    """That a call takes, all work on the device included."""
    start = time.perf_counter()
    run()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def some_inputs(count: int) -> np.ndarray:
    """The cat under noise, `[N, 3, 224, 224]`, without files."""
    draws = np.random.default_rng(0)
    noise = draws.normal(0, 0.2, (count, *inputs().shape[1:])).astype(np.float32)
    return np.asarray(inputs() + noise)
