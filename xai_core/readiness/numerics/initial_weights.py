"""Whether weights are as an initialiser draws them, or have learned something.

Every usual initialiser (Glorot, He, LeCun, truncated normal, torch's own) draws the elements of a
tensor independently from one uniform or normal distribution around 0. Training gives each channel
a spread of its own and the whole a long tail, long before a network is any good. Both are seen
without knowing which initialiser it was: the mean squares of the slices along an axis scatter as
those of independent draws, or more; and the kurtosis is at most a normal's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor, nn

FEWEST = 4096  # elements in all that can be judged; fewer tell nothing for sure
SMALLEST, SLICES = 512, 8  # elements of a tensor, slices along an axis
WIDEST = 512  # of a tensor's axes this much is looked at
DEVIATIONS = 4.5  # of what independent draws give
NORMAL = 3.0  # kurtosis
SHARE = 0.95  # of the judged elements that have to be as drawn


def look_untrained(module: nn.Module) -> bool:
    """Whether all but a few of the weights are as drawn, and no normalisation has moved."""
    if _moved(module):
        return False
    judged = fresh = 0
    for tensor in _matrices(module):
        judged += tensor.numel()
        fresh += tensor.numel() * as_drawn(tensor)
    return judged >= FEWEST and fresh >= SHARE * judged


def as_drawn(tensor: Tensor) -> bool:
    """Whether independent draws from one distribution may have given it."""
    values = tensor[tuple(slice(WIDEST) for _ in tensor.shape)].detach().double().cpu()
    variance = float(values.square().mean())
    count = values.numel()
    if variance == 0:
        return True  # a last layer that begins with zeros; what is judged is all of them
    if abs(float(values.mean())) > DEVIATIONS * (variance / count) ** 0.5:
        return False
    kurtosis = float((values.square() / variance).square().mean())
    if kurtosis > NORMAL + DEVIATIONS * (24 / count) ** 0.5:
        return False
    axes = [axis for axis, size in enumerate(values.shape) if size >= SLICES]
    return all(_even(values / variance**0.5, axis, kurtosis) for axis in axes)


def _even(values: Tensor, axis: int, kurtosis: float) -> bool:
    """Whether the mean squares along an axis scatter no more than those of independent draws."""
    others = [one for one in range(values.ndim) if one != axis]
    squares = values.square().mean(others)
    number, each = len(squares), values.numel() // len(squares)
    expected = max(kurtosis - 1, 0.2) / each
    scatter = float((squares - 1).square().sum()) / (number - 1) / expected
    return scatter < 1 + DEVIATIONS * (2 / number + 12 / each / number) ** 0.5


def _matrices(module: nn.Module) -> Iterable[Tensor]:
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point() and tensor.ndim > 1 and tensor.numel() >= SMALLEST:
            yield tensor


def _moved(module: nn.Module) -> bool:
    """Whether the statistics or the scales of a normalisation are not those that it starts with."""
    for name, tensor in module.state_dict().items():
        last = name.rpartition(".")[2]
        statistics = last in ("running_mean", "running_var", "moving_mean", "moving_variance")
        scale = last in ("weight", "gamma") and tensor.ndim == 1
        if (statistics or scale) and tensor.numel() > 1 and bool((tensor != tensor[0]).any()):
            return True
    return False
