"""What is measured on a GPU: batches over pictures, workers, and FusionGrad; elsewhere in a dose.

`python -m benchmarks.gpu` measures where torch finds a CUDA device, all rows of `studies` included,
and says so where it finds none. `--device cpu` measures its own rows on the CPU, `--pictures` and
`--draws` say how much of it. Above 1 is faster than what a row is compared with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_core.attribution.batches.explaining import Batches
from xai_core.attribution.explanation import explain
from xai_core.attribution.pace.measurement import measured
from xai_core.base.pace import Pace

METHODS: Mapping[str, Mapping[str, Any]] = {
    "saliency": {},
    "guided-backprop": {},
    "grad-cam": {},
}
NONE = "There is no GPU here (torch sees no CUDA device). `--device cpu` measures on the CPU."


@dataclass(frozen=True)
class Dose:
    """How much is measured. side: of a picture in pixels. draws: FusionGrad's n and m."""

    device: str = "cuda"
    pictures: int = 64
    side: int = 224
    draws: int = 10
    rounds: int = 3


@dataclass(frozen=True)
class Row:
    """ours, theirs: seconds of the two ways. goal: how many times faster it is to be."""

    title: str
    ours: float
    theirs: float
    goal: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.theirs / self.ours


@dataclass(frozen=True)
class Bench:
    """A network on a device, and pictures for it `[N, 3, H, W]`."""

    net: nn.Module
    pictures: np.ndarray
    pace: Pace
    dose: Dose

    @staticmethod
    def of(net: nn.Module, dose: Dose) -> Bench:
        """The network on the device, with the pace that suits it there."""
        draws = np.random.default_rng(0).standard_normal((dose.pictures, 3, dose.side, dose.side))
        pictures = draws.astype(np.float32)
        placed = net.eval().to(dose.device)
        pace = measured(placed, torch.from_numpy(pictures[:1]).to(dose.device))
        return Bench(placed, pictures, pace, dose)

    def rows(self) -> list[Row]:
        """All rows, each the best of some rounds in turn."""
        batches = Batches(self.net)
        together = partial(batches.explain, self.pictures, METHODS, pace=self.pace)
        noise = {"n": self.dose.draws, "m": self.dose.draws, "std": 0.05, "sg_std": 0.2}
        few = self.pictures[:4]
        fusion = partial(batches.explain, few, {"fusiongrad": noise}, 0, pace=self.pace)
        pairs = {
            "three methods together, against bare passes": (together, self.bare, 1 / 1.3),
            "three methods together, against one by one": (together, self._alone, 1.0),
            "FusionGrad of four together, against a plain loop": (fusion, self._loop, 3.0),
        }
        if self.dose.device == "cuda":
            narrow = partial(self._fusion_alone, replace(self.pace, autocast=True))
            wide = partial(self._fusion_alone, self.pace)
            pairs["FusionGrad under autocast, against float32"] = (narrow, wide, 1.0)
        return [self._row(title, *pair) for title, pair in pairs.items()]

    def bare(self) -> None:
        """A forward and a backward pass for each method."""
        for part in torch.from_numpy(self.pictures).split(self.pace.batch_size):
            for _ in METHODS:
                self._slope(part.to(self.dose.device)).cpu()

    def _alone(self) -> None:
        for number in range(len(self.pictures)):
            for name in METHODS:
                explain(self.net, self.pictures[number : number + 1], None, name)

    def _fusion_alone(self, pace: Pace) -> None:
        draws = {"n": self.dose.draws, "m": self.dose.draws, "std": 0.05, "sg_std": 0.2}
        explain(self.net, self.pictures[:1], 0, "fusiongrad", pace=pace, **draws)

    def _loop(self) -> None:
        trained = {name: one.detach().clone() for name, one in self.net.named_parameters()}
        for picture in torch.from_numpy(self.pictures[:4]).split(1):
            for _ in range(self.dose.draws**2):
                self._noisy(trained)
                noisy = picture + 0.2 * torch.randn_like(picture)
                self._slope(noisy.to(self.dose.device)).cpu()
        self._put(trained)

    def _noisy(self, trained: Mapping[str, Tensor]) -> None:
        self._put({name: one * (1 + 0.05 * torch.randn_like(one)) for name, one in trained.items()})

    def _put(self, weights: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, one in self.net.named_parameters():
                one.copy_(weights[name])

    def _slope(self, batch: Tensor) -> Tensor:
        leaf = batch.clone().requires_grad_(True)
        (found,) = torch.autograd.grad(self.net(leaf)[:, 0].sum(), leaf)
        return found

    def _row(
        self, title: str, ours: Callable[[], Any], theirs: Callable[[], Any], goal: float
    ) -> Row:
        times: dict[int, list[float]] = {0: [], 1: []}
        for call in (ours, theirs):
            call()  # kernels are chosen, memory is taken
        for _ in range(self.dose.rounds):
            for number, call in enumerate((ours, theirs)):
                times[number].append(self._seconds(call))
        return Row(title, min(times[0]), min(times[1]), goal)

    def _seconds(self, call: Callable[[], Any]) -> float:
        from time import perf_counter

        start = perf_counter()
        call()
        if self.dose.device == "cuda":
            torch.cuda.synchronize()
        return perf_counter() - start


def told(rows: list[Row]) -> str:
    """The rows as a table."""
    lines = ["| what | ours, s | theirs, s | times faster | goal | met |", "|" + " --- |" * 6]
    for one in rows:
        met = "yes" if one.ratio >= one.goal else "**no**"
        numbers = f"{one.ours:.2f} | {one.theirs:.2f} | {one.ratio:.2f} | ≥ {one.goal:.2f}"
        lines.append(f"| {one.title} | {numbers} | {met} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where there is no GPU and none but one was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--pictures", type=int, default=Dose.pictures)
    parser.add_argument("--draws", type=int, default=Dose.draws)
    given = parser.parse_args(arguments)
    if given.device == "cuda" and not torch.cuda.is_available():
        print(NONE)
        return 1
    from benchmarks._demo import efficientnet
    from benchmarks.machine import describe
    from benchmarks.measuring import measured as measured_studies

    print(describe())
    dose = Dose(given.device, given.pictures, draws=given.draws)
    print(told(Bench.of(efficientnet(), dose).rows()))
    if given.device == "cuda":
        measured_studies("studies")  # workers, Ray, whole processes: on whatever device is best
    return 0


if __name__ == "__main__":
    sys.exit(main())
