"""The names of ImageNet's 1000 classes, in the order of the outputs."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def imagenet_labels() -> tuple[str, ...]:
    """One name a class, `imagenet_labels()[285]` is "Egyptian cat".

    Source: the categories that torchvision 0.28 (BSD-3-Clause) carries with its ImageNet weights.
    """
    file = Path(__file__).with_name("imagenet_labels.txt")
    return tuple(file.read_text(encoding="utf-8").splitlines())
