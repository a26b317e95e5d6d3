"""Where a model runs is told by the first of its tensors."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from xai_core.base.device import device_of


class Large(nn.Module):
    """A model whose tensors take long to go through."""

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        yield nn.Parameter(torch.empty(1, device="meta"))
        raise AssertionError("the first one tells it")

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        raise AssertionError("a parameter tells it")
        yield


class OnlyBuffers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.empty(1, device="meta"))


def test_the_device_is_that_of_the_first_tensor() -> None:
    assert device_of(Large()).type == "meta"
    assert device_of(OnlyBuffers()).type == "meta"
    assert device_of(nn.ReLU()).type == "cpu"
