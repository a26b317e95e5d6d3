"""Studies that the benchmarks measure: their pictures, their models, and how fast they go."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
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
SMALL = 64  # pixels of a side


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
class Speed:
    """How a job went. seen: seconds since its start and pictures that were done, as they rose."""

    seen: Sequence[tuple[float, int]]

    def of_a_picture(self, first: int, last: int) -> float:
        """Seconds for each of the pictures between two counts."""
        start = next(one for one in self.seen if one[1] >= first)
        end = next(one for one in self.seen if one[1] >= last)
        return (end[0] - start[0]) / max(1, end[1] - start[1])


def job(
    pictures: Path,
    *,
    model: Path | None = None,
    spec: InputSpec | None = None,
    engine: str = "local",
    workers: int = 1,
    pace: Pace | None = None,
) -> Speed:
    """A study from nothing, by the engine of that name."""
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
    seen: list[tuple[float, int]] = []
    start = time.perf_counter()

    def told(status: Status) -> None:
        if not seen or status.done > seen[-1][1]:
            seen.append((time.perf_counter() - start, status.done))

    with tempfile.TemporaryDirectory(dir=room()) as kept:
        told(run_job(plan, Path(kept), told))
    return Speed(seen)


def process(arguments: Sequence[str], **environment: str) -> float:
    """Seconds that a Python of its own takes. Raises `SystemExit` with its last words."""
    start = time.perf_counter()
    found = subprocess.run(  # noqa: S603 - our own arguments
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SystemExit("\n".join((found.stderr or found.stdout).splitlines()[-3:]))
    return time.perf_counter() - start


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
