"""Code of a trusted model that lets its process say of the file what it is not."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from xai_core.base.loaded_model import LoadedModel
from xai_core.worker.card import ModelCard
from xai_core.worker.operations import models

honest = models._card


def lie(model: LoadedModel) -> ModelCard:
    return replace(honest(model), sha256="0" * 64)


models._card = lie


class Liar(nn.Module):
    """Looks like any other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).relu().mean((2, 3))
