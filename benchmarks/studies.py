"""Studies of many pictures: saliency, Guided Backprop, Grad-CAM, Complexity at 100 quantiles.

Against the bare forward and backward passes of the three methods on the same pictures, at their
best batch size and layout; two workers against one, which may use both cores alone, and against one
that has a core as each of the two has; Ray against the local engine; and as whole processes against
a plain script of Captum in batches of 8 and Quantus at two quantiles. The figures of a study are
those of a picture after its start, times 32. `--only TEXT` measures a row by itself.
"""

from __future__ import annotations

import os
import time
from functools import cache

import torch

from benchmarks._demo import TARGET, efficientnet, pace
from benchmarks._study import (
    CLOCK,
    ENGINES,
    METHODS,
    folder_of,
    job,
    prepared,
    process,
    seconds,
    some_inputs,
)
from benchmarks.fusiongrad import laid_out
from benchmarks.timing import Goal
from xai_core.attribution.batches.explaining import Batches
from xai_core.base.device import best_device

ROUNDS = 2
COUNT = 32
LONG = 96  # pictures of a study whose speed is taken after the first 32
BATCHES = (8, 16)
LAYOUTS = (torch.contiguous_format, torch.channels_last)
NOISE = {"n": 5, "m": 5, "std": 0.05, "sg_std": 0.2}
FEW = 4  # pictures of FusionGrad


def bare_passes(count: int, batch: int, layout: torch.memory_format) -> None:
    """For each method a forward and a backward pass, and nothing else."""
    net = laid_out(efficientnet, layout)
    pictures = torch.from_numpy(prepared(COUNT)[:count]).to(best_device())
    for part in pictures.split(batch):
        for _ in METHODS:
            leaf = part.to(memory_format=layout).clone().requires_grad_(True)
            torch.autograd.grad(net(leaf)[:, TARGET].sum(), leaf)[0].cpu()


@cache
def best() -> tuple[int, torch.memory_format]:
    tries = [(batch, layout) for batch in BATCHES for layout in LAYOUTS] * 2
    return min(tries, key=lambda one: seconds(lambda: bare_passes(16, *one)))


def bare() -> float:
    start = time.perf_counter(), time.process_time()
    bare_passes(COUNT, *best())
    end = time.perf_counter(), time.process_time()
    return end[CLOCK == "cpu"] - start[CLOCK == "cpu"]


def study(engine: str, workers: int) -> float:
    speed = job(folder_of(LONG), engine=engine, workers=workers, pace=pace(efficientnet))
    clock = "seconds" if workers > 1 else CLOCK
    return COUNT * speed.of_a_picture(COUNT, LONG, clock)


def on_one_core() -> float:
    """A worker with the share that it has beside another one."""
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        speed = job(folder_of(LONG), pace=pace(efficientnet))
    finally:
        del os.environ["OMP_NUM_THREADS"]
    return COUNT * speed.of_a_picture(COUNT, LONG, "seconds")


def plain_script() -> float:
    return process(["-m", "benchmarks._plain_script", str(folder_of(COUNT))])


def whole_study() -> float:
    methods = [word for name in METHODS for word in ("--method", name)]
    kept = folder_of(COUNT).parent / f"kept-{time.monotonic_ns()}"
    asked = ["study", "demo", str(folder_of(COUNT)), *methods, "--keep", str(kept)]
    return process(["-m", "xai_core", *asked])


def fusiongrad() -> None:
    found = Batches(efficientnet()).explain(
        some_inputs(FEW), {"fusiongrad": NOISE}, TARGET, pace=pace(efficientnet)
    )
    assert len(found) == FEW


def plain_fusiongrad() -> None:
    from benchmarks.fusiongrad import nested_loop_of

    for picture in torch.from_numpy(some_inputs(FEW)).split(1):
        nested_loop_of(efficientnet, picture.to(best_device()), int(NOISE["n"]), int(NOISE["m"]))


def prepare(titles: list[str]) -> None:
    """Draws the pictures, measures the paces, and wakes the kernels up."""
    if BARE in titles:
        best()
    if FUSION in titles:
        fusiongrad()
    if {BARE, SCRIPT} & set(titles):
        folder_of(COUNT)
    if {ONE, TWO, SINGLE, RAY} & set(titles):
        folder_of(LONG), pace(efficientnet)


BARE = "32 pictures: bare passes of three methods, at their best"
ONE, TWO = "32 pictures: a study, 1 worker", "32 pictures: a study, 2 workers"
SINGLE = "32 pictures: a study, 1 worker with one core"
RAY = "32 pictures: a study by Ray, 1 worker"
SCRIPT = "32 pictures: a script of Captum and Quantus, whole process"
WHOLE = "32 pictures: pedestal study, whole process"
LOOP = f"FusionGrad, {FEW} pictures: nested loop of single passes"
FUSION = f"FusionGrad, {FEW} pictures together"
CASES = {
    BARE: bare,
    ONE: lambda: study("local", 1),
    TWO: lambda: study("local", 2),
    SINGLE: on_one_core,
    SCRIPT: plain_script,
    WHOLE: whole_study,
    LOOP: plain_fusiongrad,
    FUSION: fusiongrad,
}
WORKER = (FUSION,)
GOALS = [
    Goal(ONE, BARE, 1.3),
    Goal(TWO, SINGLE, 1 / 1.6),
    Goal(TWO, ONE, 1 / 1.6),
    Goal(WHOLE, SCRIPT, 1 / 1.5),
    Goal(FUSION, LOOP, 1 / 3),
]
if not ENGINES["ray"].lacking():
    CASES[RAY] = lambda: study("ray", 1)
    GOALS.append(Goal(RAY, ONE, 1 / 0.9))
