"""One model of the zoo: what it is, and the verdict that it must get."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import nn

from xai_core.base.arrays import Inputs
from xai_core.readiness.setting.pictures import synthetic
from xai_core.readiness.setting.shapes import candidates
from xai_core.readiness.setting.sizes import first_fit

MARK = "# <- dies here"
SMALL = 64


@dataclass(frozen=True)
class Specimen:
    """`code`: of a finding that it must have; None where no error or warning is allowed."""

    name: str
    kind: type[nn.Module]
    level: str
    code: str | None = None
    layer: str | None = None

    def build(self, seed: int = 0) -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return self.kind().eval()

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Of a picture that it takes, as `assess` finds it."""
        net = self.build()

        def attempt(shape: tuple[int, ...]) -> str | None:
            try:
                net(torch.rand((1, *shape)))
            except Exception as error:
                return str(error)
            return None

        found = first_fit(attempt, candidates(net))
        assert found is not None
        return (1, *found)

    @cached_property
    def small(self) -> Inputs | None:
        """Pictures of 64 × 64; None where it takes no such ones, none that are larger, or none."""
        try:
            _, channels, height, _ = self.shape
            pictures = torch.cat(synthetic((channels, SMALL, SMALL), torch.device("cpu")))
            self.build()(pictures[:1])
        except (RuntimeError, ValueError, AssertionError):
            return None
        array: Inputs = pictures.numpy()
        return array if height > SMALL else None

    @property
    def where(self) -> str | None:
        """`file.py:37` of the marked line in the class's source; None where none is marked."""
        lines, first = inspect.getsourcelines(self.kind)
        marked = [first + index for index, line in enumerate(lines) if MARK in line]
        if not marked:
            return None
        return f"{Path(inspect.getfile(self.kind)).name}:{marked[0]}"


ZOO: list[Specimen] = []


def ready(name: str, code: str | None = None) -> Callable[[type[nn.Module]], type[nn.Module]]:
    return _specimen(name, "ready", code)


def broken(
    name: str, code: str, level: str = "inference-only", layer: str | None = None
) -> Callable[[type[nn.Module]], type[nn.Module]]:
    return _specimen(name, level, code, layer)


def _specimen(
    name: str, level: str, code: str | None, layer: str | None = None
) -> Callable[[type[nn.Module]], type[nn.Module]]:
    def register(kind: type[nn.Module]) -> type[nn.Module]:
        ZOO.append(Specimen(name, kind, level, code, layer))
        return kind

    return register


def features(channels: int = 3) -> nn.Sequential:
    """A small convolutional backbone to 8 feature maps."""
    return nn.Sequential(
        nn.Conv2d(channels, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, stride=2, padding=1),
        nn.ReLU(),
    )


def head(classes: int = 5) -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, classes))
