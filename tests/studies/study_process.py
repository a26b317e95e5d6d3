"""A study in processes that are killed: each says what it computes and what it has kept.

Run as `python -m tests.studies.study_process FOLDER PICTURES LINES…`: one process after the
other, forked from this one, which has torch imported already.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow.parquet  # noqa: F401 - once, and not in each process
import scipy.stats  # noqa: F401
import torch
from torch import nn

from xai_core.attribution.batches.explaining import Batches
from xai_core.attribution.batches.order import Found
from xai_core.base.arrays import Inputs
from xai_core.base.target import Asked
from xai_core.models.formats.base import LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec
from xai_core.scores.measurement import Measurement, measure
from xai_core.studies.computation import Subject, conduct
from xai_core.studies.entry import Entry
from xai_core.studies.store import Setting, Study, complete

METHODS = {"saliency": {}, "smoothgrad": {"m": 3}, "guided-backprop": {}}
SETTING = Setting("0" * 64, LoadOptions(), InputSpec(height=20, width=20, resize=20), seed=3)


class InProcess:
    """What a worker offers, without the process."""

    def __init__(self, middle: nn.Module | None = None) -> None:
        torch.manual_seed(0)
        ends = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3), middle or nn.ReLU(), *ends).eval()
        self.batches = Batches(self.net)
        self.asked: list[str] = []

    def explain_many(
        self,
        inputs: Inputs,
        methods: Mapping[str, Mapping[str, Any]],
        target: Asked = None,
        seed: int = 0,
        **call: Any,
    ) -> tuple[Found, ...]:
        self.asked += [name for name in methods for _ in inputs]
        call.pop("cancel")
        return self.batches.explain(inputs, methods, target, seed, **call)

    def measure_many(
        self, inputs: Inputs, attribution: Any, metrics: Any, mask: Any = None, **call: Any
    ) -> tuple[Measurement, ...]:
        return tuple(
            measure(self.net, inputs, attribution, recipe, name, parameters=given, mask=mask)
            for name, given, recipe in metrics
        )


class Told(Study):
    """Says on standard output what it has kept, once that is true; dies at a line of these."""

    left = 0  # lines to go; 0 lets it live

    def keep(self, picture: str, method: str, parameters: Mapping[str, Any], entry: Entry) -> None:
        self._say("computed", picture, method)
        super().keep(picture, method, parameters, entry)
        self.flush()
        self._say("kept", picture, method)

    def _say(self, *words: str) -> None:
        print(*words, flush=True)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def subjects(pictures: Path) -> list[Subject]:
    return [Subject(one.name, one, digest(one).sha256) for one in sorted(pictures.iterdir())]


def life(folder: Path, pictures: Path, lines: int) -> None:
    """One process of the study, killed after so many lines; 0 lets it end. Repeats what it says."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 1)
        worker, study = InProcess(), Told(SETTING, folder)
        study.left = lines
        conduct(study, subjects(pictures), METHODS, lambda: nullcontext(worker))
        print("finished", flush=True)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        for line in told:
            print(line, end="", flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)


if __name__ == "__main__":
    complete(METHODS)  # imports the methods, once
    for count in sys.argv[3:]:
        life(Path(sys.argv[1]), Path(sys.argv[2]), int(count))
