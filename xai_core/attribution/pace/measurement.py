"""Measuring the pace at which a model is run fastest on this machine.

It is measured once and remembered (`xai_core.attribution.pace.cache`). Autocast is never measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.pace import Pace

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    Call = Callable[[Tensor], Any]

SAMPLES = 4  # of the batch in which layouts and threads are compared
ROUNDS = 3
GAIN = 0.95  # of the time: less is noise, and the plain way stays
LARGEST = 16
SHARE = 0.25  # of the free memory that a batch may fill
ALIKE = 1e-3  # of the largest gradient, in the mean: rounding flips a rectifier now and then


def measured(
    module: nn.Module,
    picture: Tensor,
    look: Callable[[], object] = lambda: None,
    room: int | None = None,
) -> Pace:
    """The pace that was best for the gradient at `picture` `[1, C, H, W]`, within free memory.

    Takes as long as about 130 samples. A model that fails in another layout keeps the plain one.

    Args:
        look: called between two passes; it may raise to stop.
        room: bytes of memory that this process may still take, where there is a limit.
    """
    from xai_core.attribution.forward import run
    from xai_core.attribution.passes.folding import Folding
    from xai_core.base.borrow import borrowed

    with borrowed(module), suppress(ModelError, RuntimeError):
        folding = Folding.of(module, picture)
        call = partial(folding.run, partial(run, module))  # as a method of many samples does

        def seconds(pace: Pace) -> float:
            look()
            return _seconds(call, picture, pace)

        largest = _bearable(module, picture, room)
        pace = Pace(min(SAMPLES, largest))
        last = replace(pace, channels_last=True)
        if _alike(call, picture, pace, last):
            pace = _better(seconds, pace, last)
        for threads in _threads(picture.device):
            pace = _better(seconds, pace, replace(pace, threads=threads))
        large = replace(pace, batch_size=largest)
        seconds(large)  # the first of a size waits for fresh memory
        return _better(seconds, large, pace)
    return Pace()  # what ails the model, the readiness check says


def _better(seconds: Callable[[Pace], float], plain: Pace, other: Pace) -> Pace:
    """`other` where it clearly takes less time for a sample."""
    times: dict[Pace, float] = {}
    for _ in range(ROUNDS):  # in turns, so that a busy spell hits both
        for one in (plain, other):
            times[one] = min(seconds(one) / one.batch_size, times.get(one, float("inf")))
    return other if times[other] < GAIN * times[plain] else plain


def _seconds(call: Call, picture: Tensor, pace: Pace) -> float:
    import torch

    start = time.perf_counter()
    _slope(call, picture, pace)
    if picture.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _slope(call: Call, picture: Tensor, pace: Pace) -> Tensor:
    """The gradient of the first score at a batch of the same picture."""
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.targets import main_output, score_matrix

    leaf = pace.laid_out(picture.repeat(pace.batch_size, 1, 1, 1)).requires_grad_(True)
    with pace.kept(), torch.enable_grad():
        score = score_matrix(main_output(call(leaf))[1], pace.batch_size)[:, 0].sum()
        (gradient,) = torch.autograd.grad(sound_batch_norm(score), leaf)
    return gradient


def _alike(call: Call, picture: Tensor, pace: Pace, other: Pace) -> bool:
    """Whether the model runs in another layout, and gives the same."""
    expected = _slope(call, picture, pace)
    try:
        found = _slope(call, picture, other)
    except Exception:  # a `view` that this layout does not allow, for one
        return False
    return bool((found - expected).abs().mean() <= ALIKE * expected.abs().max())


def _threads(device: torch.device) -> tuple[int, ...]:
    import torch

    cores = torch.get_num_threads()
    return (cores // 2,) if device.type == "cpu" and cores > 1 else ()


def _bearable(module: nn.Module, picture: Tensor, room: int | None) -> int:
    """How many samples fit into a share of the free memory; at least 1."""
    from xai_core.attribution.forward import run
    from xai_core.base.memory import kept_for_backward

    kept = kept_for_backward(module, lambda: _slope(partial(run, module), picture, Pace(1)))
    return fitting(kept, picture.device, room)


def fitting(kept: int, device: torch.device, room: int | None = None) -> int:
    """How many samples that keep so many bytes each fit into a share of the free memory, 1 to 16.

    Args:
        room: bytes of memory that this process may still take, where there is a limit.
    """
    import psutil
    import torch

    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0]
    else:
        free = int(psutil.virtual_memory().available)
        free = free if room is None else max(0, min(free, room))
    return max(1, min(LARGEST, int(SHARE * free) // max(kept, 1)))
