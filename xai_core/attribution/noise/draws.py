"""Normal random numbers that all cores draw, and that are the same for any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 1 << 18  # numbers: a millisecond, and a hundred times what a generator takes to start


class Draws:
    """A stream of tensors of independent draws of N(mean, std²).

    torch draws on one core, which a model on many would wait for. So each tensor is drawn in chunks
    that have a generator each, by the stream's seed and the chunk's number in it. It all happens on
    the CPU, so that a seed gives the same everywhere.
    """

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._seed = seed
        self._taken = 0  # chunks so far

    def normal(self, shape: Sequence[int], mean: float, std: float, count: int = 1) -> Tensor:
        """The next `count` tensors of `shape`, stacked: float32, `[count, *shape]`."""
        import torch

        result = torch.empty(count, *shape)
        rows = result.view(count, prod(shape))
        chunks = [chunk for row in rows for chunk in row.split(CHUNK)]
        jobs = [(one, mean, std, self._seed_of(at)) for at, one in enumerate(chunks, self._taken)]
        self._taken += len(chunks)
        if len(jobs) == 1:
            _fill(*jobs[0])
        else:
            with ThreadPoolExecutor(torch.get_num_threads()) as pool:
                list(pool.map(_fill, *zip(*jobs, strict=True)))
        return result

    def pass_over(self, shape: Sequence[int], count: int) -> None:
        """Leave out the next `count` tensors of `shape`."""
        self._taken += count * max(1, ceil(prod(shape) / CHUNK))

    def _seed_of(self, chunk: int) -> int:
        key = (*self._seed.spawn_key, chunk)
        own = np.random.SeedSequence(self._seed.entropy, spawn_key=key)
        return int(own.generate_state(1)[0])  # 32 bits: torch's generator takes no more


def _fill(numbers: Tensor, mean: float, std: float, seed: int) -> None:
    import torch

    numbers.normal_(mean, std, generator=torch.Generator().manual_seed(seed))


def streams(seed: int) -> tuple[Draws, Draws]:
    """Independent streams for the weights and for the inputs."""
    weights, inputs = np.random.SeedSequence(seed).spawn(2)
    return Draws(weights), Draws(inputs)
