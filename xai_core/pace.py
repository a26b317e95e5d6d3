"""How a model is run fastest on this machine: batch size, memory layout, threads.

Maps differ by rounding only, but differ: so a pace is measured once, remembered (`xai_core.paces`),
given to `explain`, which never measures by itself, and kept with the map. Autocast rounds more
coarsely: it is never measured, a person chooses it (`xai_core.methods.autocast`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.errors import InputError, ModelError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    Call = Callable[[Tensor], Any]

SAMPLES = 4  # of the batch in which layouts and threads are compared
ROUNDS = 3
GAIN = 0.95  # of the time: less is noise, and the plain way stays
LARGEST = 16
MANY = 8  # samples of a method from which a pace pays
MOST_THREADS = 1024
LAYOUTS = ("plain", "channels-last")
AUTOCAST = "autocast"  # in the text of a pace that has it
SHARE = 0.25  # of the free memory that a batch may fill
ALIKE = 1e-3  # of the largest gradient, in the mean: rounding flips a rectifier now and then


@dataclass(frozen=True)
class Pace:
    """What `explain` runs a model with.

    Attributes:
        batch_size: samples at once, at most. channels_last: the layout `[B, H, W, C]` in memory.
        threads: of torch on the CPU; 0 leaves them alone. autocast: passes in bfloat16.

    Raises:
        InputError: a number is out of range.
    """

    batch_size: int = 16
    channels_last: bool = False
    threads: int = 0
    autocast: bool = False

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise InputError(f"batch_size must be at least 1, not {self.batch_size}.")
        if not 0 <= self.threads <= MOST_THREADS:
            raise InputError(f"threads must be 0 to {MOST_THREADS}, not {self.threads}.")

    def __str__(self) -> str:
        plain = f"{self.batch_size},{LAYOUTS[self.channels_last]},{self.threads}"
        return f"{plain},{AUTOCAST}" if self.autocast else plain

    @staticmethod
    def of_text(text: str) -> Pace:
        """What `str` gave, `4,channels-last,0` or `4,plain,0,autocast`. Raises `InputError`."""
        plain = text.removesuffix(f",{AUTOCAST}")
        try:
            batch_size, layout, threads = plain.split(",")
            index = LAYOUTS.index(layout)
            return Pace(int(batch_size), bool(index), int(threads), autocast=plain != text)
        except ValueError as cause:
            raise InputError(
                f"A pace is BATCH,LAYOUT,THREADS[,{AUTOCAST}], not {text!r}.",
                f"The plain one is {Pace()}.",
            ) from cause

    def suited_to(self, samples: int, *, gradients: bool = True) -> Pace:
        """Itself; the plain one for a method of few samples, which would gain nothing.

        Args:
            gradients: that is what the method takes of them. One that compares scores keeps
                float32: their small differences are what bfloat16 rounds away.
        """
        if samples < MANY:
            return Pace()
        return self if gradients else replace(self, autocast=False)

    def laid_out(self, inputs: Tensor) -> Tensor:
        """Inputs `[B, C, H, W]` in this layout."""
        import torch

        if not self.channels_last:
            return inputs
        return inputs.contiguous(memory_format=torch.channels_last)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """That many threads for the time of the block."""
        import torch

        before = torch.get_num_threads()
        try:
            if self.threads:
                torch.set_num_threads(self.threads)
            yield
        finally:
            if self.threads:
                torch.set_num_threads(before)


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
    from xai_core.borrow import borrowed
    from xai_core.explanation import run
    from xai_core.methods.folding import Folding

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

    from xai_core.methods.batch_norm import sound_batch_norm
    from xai_core.targets import main_output, score_matrix

    leaf = pace.laid_out(picture.repeat(pace.batch_size, 1, 1, 1)).requires_grad_(True)
    with pace.kept(), torch.enable_grad():
        with sound_batch_norm():
            score = score_matrix(main_output(call(leaf))[1], pace.batch_size)[:, 0].sum()
        (gradient,) = torch.autograd.grad(score, leaf)
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
    import psutil
    import torch

    from xai_core.explanation import run
    from xai_core.memory import kept_for_backward

    kept = kept_for_backward(module, lambda: _slope(partial(run, module), picture, Pace(1)))
    if picture.device.type == "cuda":
        free = torch.cuda.mem_get_info(picture.device)[0]
    else:
        free = int(psutil.virtual_memory().available)
        free = free if room is None else max(0, min(free, room))
    return max(1, min(LARGEST, int(SHARE * free) // max(kept, 1)))
