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

from xai_core.demo.wafer.evaluation import Batch, batch_of, figures_of
from xai_core.demo.wafer.exhibits import FIGURES, wafer_exhibits
from xai_core.demo.wafer.generator import wafer_picture
from xai_core.demo.wafer.networks import BUILDERS, FEATURE_LAYERS

PICTURES, HELD_OUT = 3000, 600
FIRST_HELD_OUT = 1_000_000  # seeds from here on are never trained on
EPOCHS, BATCH, RATE = 10, 32, 4e-3
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
    """A network that has seen all pictures `EPOCHS` times, turned and mirrored."""
    torch.manual_seed(0)
    draws = np.random.default_rng(0)
    network = BUILDERS[name]()
    if name == "sizer":  # what a defect looks like is known already
        _take_features(network)
    steps = EPOCHS * (len(data) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
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
    return network.eval()


def _take_features(network: nn.Sequential) -> None:
    (path,) = (one.model_path for one in wafer_exhibits() if one.name == "classifier")
    features = torch.load(path, weights_only=False)[:FEATURE_LAYERS]
    network[:FEATURE_LAYERS].load_state_dict(features.state_dict())


def main(names: list[str]) -> None:
    """Train, judge on held-out pictures, write."""
    seeds = range(PICTURES)
    data = batch_of(wafer_picture(seed) for seed in seeds)
    held_out = batch_of(wafer_picture(FIRST_HELD_OUT + seed) for seed in range(HELD_OUT))
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    for exhibit in wafer_exhibits():
        if names and exhibit.name not in names:
            continue
        start = time.perf_counter()
        network = trained(exhibit.name, data)
        exhibit.model_path.parent.mkdir(exist_ok=True)
        torch.save(network, exhibit.model_path)
        figures[exhibit.name] = figures_of(exhibit.name, network, held_out)
        print(f"{exhibit.name}: {figures[exhibit.name]}, {time.perf_counter() - start:.0f} s")
    text = json.dumps({"pictures": HELD_OUT, **figures}, indent=1)
    FIGURES.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
