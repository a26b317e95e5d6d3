"""What a person writes without Pedestal: Captum in batches of 8, Quantus at two quantiles."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import GuidedBackprop, LayerAttribution, LayerGradCam, Saliency

from benchmarks._demo import efficientnet
from xai_core.base.device import best_device
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.scores.quantus_calls.library import quantus

BATCH, QUANTILES = 8, (0.0, 0.2)


def main(folder: Path) -> None:
    model, spec = efficientnet(), InputSpec()
    guided, saliency = GuidedBackprop(efficientnet()), Saliency(model)
    cam = LayerGradCam(model, model._conv_head)
    complexity = quantus().Complexity(disable_warnings=True)
    paths = sorted(folder.iterdir())
    for start in range(0, len(paths), BATCH):
        each = [prepare(open_picture(path, spec), spec).inputs for path in paths[start:][:BATCH]]
        batch = torch.from_numpy(np.concatenate(each)).to(best_device())
        with torch.no_grad():
            target = model(batch).argmax(1)
        maps = [
            saliency.attribute(batch.clone().requires_grad_(), target=target),
            guided.attribute(batch.clone().requires_grad_(), target=target),
            LayerAttribution.interpolate(cam.attribute(batch, target=target), batch.shape[2:]),
        ]
        for one in maps:
            flat = one.detach().sum(1).abs().cpu().numpy()
            for quantile in QUANTILES:
                levels = np.quantile(flat, quantile, axis=(1, 2), keepdims=True)
                removed = np.maximum(flat - levels, 0)
                complexity(
                    model=model,
                    x_batch=batch.cpu().numpy(),
                    y_batch=target.cpu().numpy(),
                    a_batch=removed[:, None] + 1e-12,
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
