"""Noise whose size goes by the picture's range of values."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case

FLAT = "The picture has one value everywhere: noise has no scale."


@dataclass(frozen=True)
class Draws:
    """Of a metric that looks at maps near the picture."""

    draws: int = parameter(10, "Noisy pictures that are explained.", minimum=1, maximum=1000)


@dataclass(frozen=True)
class UniformNoise(Draws):
    """The same, with noise up to a radius."""

    radius: float = parameter(
        0.02,
        "Largest noise, as a share of the picture's range of values.",
        minimum=0.001,
        maximum=1.0,
        step=0.01,
    )


def span(case: Case) -> float:
    """The picture's highest value less its lowest; 0 for a picture that has one everywhere."""
    picture = case.picture()
    return float(picture.max() - picture.min())


def without_scale(case: Case) -> str | None:
    """Why noise has no size on a picture, in a sentence; None where it has."""
    return None if span(case) else FLAT
