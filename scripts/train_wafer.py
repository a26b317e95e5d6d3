"""Trains the networks of the wafer demo: `python -m scripts.train_wafer [NAME ...]`.

Writes their weights, and how well they do on pictures that they were not trained on. Each takes
a few minutes on two cores.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from scripts.wafer.evaluation import Batch, batch_of, figures_of
from scripts.wafer.generator import wafer_picture
from scripts.wafer.networks import BUILDERS, FEATURE_LAYERS
from xai_core.demo.wafer.exhibits import FIGURES, wafer_exhibits

PICTURES: Mapping[str, int] = {"classifier": 3000, "segmenter": 3000, "sizer": 1000}
HELD_OUT = 600
FIRST_HELD_OUT = 1_000_000  # seeds from here on are never trained on
EPOCHS: Mapping[str, int] = {"classifier": 10, "segmenter": 10, "sizer": 8}
BATCH, RATE = 32, 4e-3
SHARPNESS = 3.0
SIZE_UNIT = 10.0  # pixels; what the sizer's loss counts in

Loss = Callable[[Tensor, Batch], Tensor]
LOSSES: Mapping[str, Loss] = {
    "classifier": lambda out, batch: functional.cross_entropy(out, batch.kinds),
    "segmenter": lambda out, batch: functional.cross_entropy(
        out, batch.masks.long(), weight=torch.tensor([1.0, 3.0])
    ),
    "sizer": lambda out, batch: functional.smooth_l1_loss(
        out[:, 0] / SIZE_UNIT, batch.sizes / SIZE_UNIT, beta=0.1
    ),
}


def trained(name: str, data: Batch) -> nn.Sequential:
    """A network that has seen its pictures `EPOCHS` times, turned and mirrored."""
    torch.manual_seed(0)
    draws = np.random.default_rng(0)
    network = BUILDERS[name]()
    if name == "sizer":
        _take_places(network)
    steps = EPOCHS[name] * (len(data) // BATCH)
    learning = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learning, RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    for step in range(steps):
        batch = data.at(draws.integers(len(data), size=BATCH)).turned(draws)
        loss = LOSSES[name](network(batch.inputs), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"  {name}: step {step} of {steps}, loss {loss.item():.3f}", flush=True)
    return network.requires_grad_(True).eval()


def _take_places(network: nn.Sequential) -> None:
    """What a defect looks like is known to the segmenter: the sizer learns only to measure it."""
    (path,) = (one.model_path for one in wafer_exhibits() if one.name == "segmenter")
    known = torch.load(path, weights_only=False)
    places = network[:FEATURE_LAYERS]
    places.load_state_dict(known[:FEATURE_LAYERS].state_dict())
    places.requires_grad_(False).eval()
    scores, own = known[FEATURE_LAYERS], network[FEATURE_LAYERS]
    with torch.no_grad():  # defect against background, steeper: a place counts whole or not
        own.weight.copy_(SHARPNESS * (scores.weight[1:] - scores.weight[:1]))
        own.bias.copy_(SHARPNESS * (scores.bias[1:] - scores.bias[:1]))


def main(names: list[str]) -> None:
    """Train, judge on held-out pictures, write."""
    chosen = [one for one in wafer_exhibits() if not names or one.name in names]
    most = max(PICTURES[one.name] for one in chosen)
    data = batch_of(wafer_picture(seed) for seed in range(most))
    held_out = batch_of(wafer_picture(FIRST_HELD_OUT + seed) for seed in range(HELD_OUT))
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    for exhibit in chosen:
        start = time.perf_counter()
        network = trained(exhibit.name, data.at(np.arange(PICTURES[exhibit.name])))
        exhibit.model_path.parent.mkdir(exist_ok=True)
        torch.save(network, exhibit.model_path)
        figures[exhibit.name] = figures_of(exhibit.name, network, held_out)
        print(f"{exhibit.name}: {figures[exhibit.name]}, {time.perf_counter() - start:.0f} s")
    text = json.dumps({"pictures": HELD_OUT, **figures}, indent=1)
    FIGURES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
