"""Studies of many pictures: saliency, Guided Backprop, Grad-CAM, Complexity at 100 quantiles.

Against the bare forward and backward passes of the three methods on the same pictures, at their
best batch size and layout; one worker against two and against Ray; the last of very many pictures
against the first; and as whole processes against a plain script of Captum in batches of 8 and
Quantus at two quantiles. The figures of a study are those of a picture after its start, times 32.
`PEDESTAL_BENCH_PICTURES=10000` asks for more than 1,000 small pictures.
"""

from __future__ import annotations

import os
import time
from functools import cache

import torch

from benchmarks._demo import TARGET, efficientnet, pace
from benchmarks._study import (
    ENGINES,
    METHODS,
    SMALL,
    Speed,
    folder_of,
    job,
    prepared,
    process,
    seconds,
    small_network,
    some_inputs,
)
from benchmarks.fusiongrad import laid_out
from benchmarks.timing import Goal
from xai_core.attribution.batches.explaining import Batches
from xai_core.base.device import best_device
from xai_core.pictures.preprocessing import InputSpec

ROUNDS = 2
COUNT = 32
LONG = 96  # pictures of a study whose speed is taken after the first 32
MANY = int(os.environ.get("PEDESTAL_BENCH_PICTURES", "1000"))
WINDOW = 100
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


def bare() -> None:
    bare_passes(COUNT, *best())


def study(engine: str, workers: int) -> float:
    speed = job(folder_of(LONG), engine=engine, workers=workers, pace=pace(efficientnet))
    return COUNT * speed.of_a_picture(COUNT, LONG)


@cache
def many(turn: int) -> Speed:
    spec = InputSpec(height=SMALL, width=SMALL, resize=SMALL)
    return job(folder_of(MANY, SMALL), model=small_network(), spec=spec)


class Turns:
    """Each case of a pair looks at the same job; the next round is another one."""

    asked = 0


def first_ones() -> float:
    Turns.asked += 1
    return COUNT * many(Turns.asked).of_a_picture(1, WINDOW)


def last_ones() -> float:
    return COUNT * many(Turns.asked).of_a_picture(MANY - 2 * WINDOW, MANY)


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
        pace(efficientnet)
    folder_of(COUNT), folder_of(LONG), folder_of(MANY, SMALL)


BARE = "32 pictures: bare passes of three methods, at their best"
ONE, TWO = "32 pictures: a study, 1 worker", "32 pictures: a study, 2 workers"
RAY = "32 pictures: a study by Ray, 1 worker"
FIRST = f"32 small pictures of {MANY:,}: the first {WINDOW}"
LAST = f"32 small pictures of {MANY:,}: the last {2 * WINDOW}"
SCRIPT = "32 pictures: a script of Captum and Quantus, whole process"
WHOLE = "32 pictures: pedestal study, whole process"
LOOP = f"FusionGrad, {FEW} pictures: nested loop of single passes"
FUSION = f"FusionGrad, {FEW} pictures together"
CASES = {
    BARE: bare,
    ONE: lambda: study("local", 1),
    TWO: lambda: study("local", 2),
    FIRST: first_ones,
    LAST: last_ones,
    SCRIPT: plain_script,
    WHOLE: whole_study,
    LOOP: plain_fusiongrad,
    FUSION: fusiongrad,
}
WORKER = (FUSION,)
GOALS = [
    Goal(ONE, BARE, 1.3),
    Goal(TWO, ONE, 1 / 1.6),
    Goal(LAST, FIRST, 1.1),
    Goal(WHOLE, SCRIPT, 1 / 1.5),
    Goal(FUSION, LOOP, 1 / 3),
]
if not ENGINES["ray"].lacking():
    CASES[RAY] = lambda: study("ray", 1)
    GOALS.append(Goal(RAY, ONE, 1 / 0.9))
