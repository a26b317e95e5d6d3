"""Random numbers: the same for any number of cores, and normal."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from tests.reference import normal_draws
from xai_core.attribution.noise.draws import CHUNK, streams

LARGE = (2, CHUNK + 1)


@pytest.mark.parametrize("stream", [0, 1])
@pytest.mark.parametrize("shape", [(1,), (3, 5, 7), LARGE])
def test_a_stream_is_a_generator_a_chunk(stream: int, shape: tuple[int, ...]) -> None:
    drawn = streams(3)[stream].normal(shape, 0.0, 1.0, count=2)
    numbers = normal_draws(3, stream, int(np.prod(shape)))
    for one in drawn:
        torch.testing.assert_close(one.flatten(), next(numbers), rtol=0, atol=0)


def test_one_core_draws_what_two_draw() -> None:
    drawn, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            drawn.append(streams(0)[0].normal(LARGE, 0.5, 2.0))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*drawn)


def test_tensors_are_the_same_one_by_one_and_after_those_that_are_left_out() -> None:
    together = streams(0)[1].normal(LARGE, 0.0, 1.0, count=3)
    apart = streams(0)[1]
    assert torch.equal(apart.normal(LARGE, 0.0, 1.0)[0], together[0])
    apart.pass_over(LARGE, 1)
    assert torch.equal(apart.normal(LARGE, 0.0, 1.0)[0], together[2])


def test_the_numbers_are_normal_and_independent() -> None:
    one, other = (stream.normal((3 * CHUNK,), 1.0, 0.25)[0].numpy() for stream in streams(0))
    for numbers in (one, other):
        assert kstest(numbers, "norm", (1.0, 0.25)).pvalue > 1e-3
    chunks = np.stack([*one.reshape(3, -1), *other.reshape(3, -1)])
    correlations = np.corrcoef(chunks) - np.eye(6)
    assert np.abs(correlations).max() < 5 / CHUNK**0.5
