"""FusionGrad, n = m = 10, on EfficientNet-Lite0 and ResNet-50 at 224×224: what do 100 samples cost?

Against the plain reading of the paper (a pass for each sample, weights restored by
`load_state_dict` each time), and against what it would seem that nobody can do without: the forward
and the input-backward pass of as many samples through the unchanged model, with no noise at all, at
the batch size and the memory layout that are best here. Those are looked for in the same run.
Both run in a plain Python, and Pedestal in a process with the settings of its workers.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor, nn

from benchmarks._demo import TARGET, efficientnet, inputs, pace, picture, resnet50, slope
from benchmarks.timing import Goal
from xai_core.attribution.explanation import explain

ROUNDS = 2
N, M, STD, SG_STD = 10, 10, 0.05, 0.2
BATCHES = (5, 10, 25)
LAYOUTS = (torch.contiguous_format, torch.channels_last)
Net = Callable[[], nn.Module]


@cache
def laid_out(net: Net, layout: torch.memory_format) -> nn.Module:
    return copy.deepcopy(net()).requires_grad_(False).to(memory_format=layout)


@cache
def best(net: Net) -> tuple[int, torch.memory_format]:
    """The batch size and the layout with the highest throughput: the better of two tries each."""
    tries = [(batch, layout) for batch in BATCHES for layout in LAYOUTS] * 2
    return min(tries, key=lambda one: _seconds(net, *one) / one[0])


def _seconds(net: Net, batch: int, layout: torch.memory_format) -> float:
    start = time.perf_counter()
    bare_batch(net, batch, layout)
    return time.perf_counter() - start


def bare_batch(net: Net, batch: int, layout: torch.memory_format) -> None:
    slope(laid_out(net, layout), picture().repeat(batch, 1, 1, 1).to(memory_format=layout)).cpu()


def bare(net: Net) -> None:
    batch, layout = best(net)
    for _ in range(N * M // batch):
        bare_batch(net, batch, layout)


def pedestal(net: Net) -> None:
    noise = {"std": STD, "sg_std": SG_STD}
    explain(net(), inputs(), TARGET, "fusiongrad", pace=pace(net), n=N, m=M, **noise)


def nested_loop(net: Net) -> None:
    nested_loop_of(net, picture(), N, M)


def nested_loop_of(net: Net, one: Tensor, n: int, m: int) -> Tensor:
    """The paper read plainly, for a picture `[1, C, H, W]`."""
    model = copy.deepcopy(net())
    trained = copy.deepcopy(model.state_dict())
    total = torch.zeros_like(one)
    for _ in range(n):
        for _ in range(m):
            model.load_state_dict(trained)
            _put_noise_on(model)
            leaf = (one + SG_STD * torch.randn_like(one)).requires_grad_(True)
            model.zero_grad()
            model(leaf)[:, TARGET].sum().backward()
            assert leaf.grad is not None
            total += leaf.grad.abs() / (n * m)
    return total


def _put_noise_on(model: nn.Module) -> None:
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(1 + STD * torch.randn_like(weight))


def prepare(titles: list[str]) -> None:
    """Looks for the best pace, batch and layout, and wakes the kernels up."""
    for name, net in NETS.items():
        if f"{name}: {OURS}" in titles:
            explain(net(), inputs(), TARGET, "fusiongrad", pace=pace(net), n=1, m=M)
        else:
            best(net)


NETS: dict[str, Net] = {"EfficientNet-Lite0": efficientnet, "ResNet-50": resnet50}
WAYS: dict[str, Callable[[Net], None]] = {
    "Pedestal's FusionGrad": pedestal,
    "bare forward and input backward, at its best": bare,
    "nested loop of single passes": nested_loop,
}
CASES = {
    f"{name}: {way}": partial(run, net) for name, net in NETS.items() for way, run in WAYS.items()
}
OURS, *OTHERS = WAYS
WORKER = [f"{name}: {OURS}" for name in NETS]
GOALS = [
    Goal(f"{name}: {OURS}", f"{name}: {other}", limit)
    for name in NETS
    for other, limit in zip(OTHERS, (1 / 1.4, 1 / 3), strict=True)
]
