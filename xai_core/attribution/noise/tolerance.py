"""How much noise a model bears, measured by its predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.noise.parameters import WeightNoise
from xai_core.attribution.noise.rule import NoiseLevel, NoiseType, crossing, input_std
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, MethodError
from xai_core.base.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.meter import Meter
    from xai_core.base.loaded_model import LoadedModel


GRID = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.5)
HOPELESS = 0.5  # what stays at a level above which no other is tried
PICTURES = 16  # with noisy copies, at least so many share a draw of the weights


def noise_level(
    model: LoadedModel | nn.Module,
    inputs: Inputs,
    classes: Sequence[int] | None = None,
    noise_type: NoiseType = "multiplicative",
    seed: int = 0,
    *,
    draws: int = 5,
    progress: Progress | None = None,
) -> NoiseLevel:
    """The noise that a model bears, by the rule of Bykov et al. 2022 (arXiv 2106.10185).

    The weights' deviation is where accuracy has fallen by 5 % of the way to chance; the inputs' a
    tenth of their range; a method with both takes half of each. Without `classes`, accuracy is
    agreement with the clean model's top class, and few pictures are joined by noisy copies.

    Args:
        inputs: float32 `[B, C, H, W]`, preprocessed. classes: the true class of each.
        draws: of the weights at each level, the same ones scaled.

    Raises:
        InputError: a wrong class, or classes by which the clean model is no better than chance.
        MethodError: the model has no classes, or no weights to put noise on.
    """
    import torch
    from scipy.optimize import isotonic_regression

    from xai_core.attribution.meter import Meter
    from xai_core.base.borrow import borrowed

    module, pictures = _prepared(model, inputs, classes, seed)
    meter = Meter(len(GRID) * draws * len(pictures), progress)
    kept: list[float] = []
    with borrowed(module), torch.no_grad():
        truth, clean, chance = _truth(module, pictures, classes)
        levels = np.array(GRID) * (_scale(module) if noise_type == "additive" else 1.0)
        for level in levels:
            mean = 0.0 if noise_type == "additive" else 1.0
            noise = WeightNoise(n=draws, mean=mean, std=float(level), noise_type=noise_type)
            hits = _hits(module, pictures, truth, noise, seed, meter)
            kept.append((hits - chance) / (clean - chance))
            if kept[-1] < HOPELESS:
                break
    meter.advance(meter.total - meter.done)
    shares = np.array(kept)
    falling = np.asarray(isotonic_regression(shares, increasing=False).x, dtype=np.float64)
    levels = levels[: len(kept)]
    weight_std, crossed = crossing(levels, falling)
    reason = _reason(weight_std, crossed=crossed, labelled=classes is not None)
    return NoiseLevel(levels, shares, falling, weight_std, input_std(inputs), reason)


def _prepared(
    model: LoadedModel | nn.Module, inputs: Inputs, classes: Sequence[int] | None, seed: int
) -> tuple[nn.Module, Tensor]:
    """The module, and the pictures; without classes also noisy copies, where they are few."""
    import torch

    from xai_core.attribution.forward import module_of, tensor_of
    from xai_core.attribution.noise.draws import streams

    module = module_of(model)
    pictures = tensor_of(inputs, module)
    if classes is not None and len(classes) != len(pictures):
        raise InputError(f"There are {len(classes)} classes for {len(pictures)} pictures.")
    draws, std = streams(seed)[1], input_std(inputs) / 2
    while classes is None and len(pictures) < PICTURES:
        copies = tensor_of(inputs, module)
        noise = draws.normal(copies.shape, 0.0, std)[0].to(copies.device)
        pictures = torch.cat([pictures, copies + noise])
    return module, pictures


def _truth(
    module: nn.Module, pictures: Tensor, classes: Sequence[int] | None
) -> tuple[np.ndarray, float, float]:
    """The class of each picture, the clean model's accuracy by it, and that of chance."""
    scores = np.concatenate([_scores(module, one[None]) for one in pictures])
    count = scores.shape[1]
    if count < 2:
        raise MethodError(
            "The model has one output and no classes, so that no top class can stay.",
            "Set the noise by hand.",
        )
    top, chance = scores.argmax(1), 1 / count
    if classes is None:
        return top, 1.0, chance
    truth = np.asarray(classes)
    if not ((truth >= 0) & (truth < count)).all():
        raise InputError(f"A class is outside 0 to {count - 1}.", "Give class indices.")
    clean = float((top == truth).mean())
    if clean <= chance:
        raise InputError(
            "By these classes the model is no better than chance.", "Check the classes."
        )
    return truth, clean, chance


def _hits(
    module: nn.Module,
    pictures: Tensor,
    truth: np.ndarray,
    noise: WeightNoise,
    seed: int,
    meter: Meter,
) -> float:
    """Share of right predictions; each level gets the same draws, scaled."""
    from xai_core.attribution.noise.draws import streams
    from xai_core.attribution.noise.weights import noisy_scorers
    from xai_core.attribution.scorer import Scorer
    from xai_core.targets.resolution import fixed_class

    scorer, right, count = Scorer(module, fixed_class(None), meter), 0, 0
    draws = noisy_scorers(scorer, pictures[:1], noise, streams(seed)[0])
    with closing(draws) as scorers:
        for one in scorers:
            for picture, wanted in zip(pictures, truth, strict=True):
                right += int(_scores(one.call, picture[None]).argmax() == wanted)
                count += 1
                meter.advance(1)
    return right / count


def _scores(call: Callable[[Tensor], Any], picture: Tensor) -> np.ndarray:
    from xai_core.attribution.passes.lineage import observed
    from xai_core.targets import main_output, score_matrix

    output = observed(call)(picture.clone())
    found = score_matrix(main_output(output)[1], 1).detach().float().cpu().numpy()
    return np.asarray(found)


def _scale(module: nn.Module) -> float:
    """Root mean square of the weights: what additive noise is measured by."""
    weights = [one.detach() for one in module.parameters() if one.is_floating_point()]
    total = sum(float(one.double().square().sum()) for one in weights)
    return math.sqrt(total / max(1, sum(one.numel() for one in weights)))


def _reason(std: float, *, crossed: bool, labelled: bool) -> str:
    what = "accuracy" if labelled else "agreement with the clean model's top class"
    if not crossed:
        return f"Up to {std:.2g}, {what} falls by less than 5 % of the way to chance."
    return f"At {std:.2g}, {what} has fallen by 5 % of the way to chance."
