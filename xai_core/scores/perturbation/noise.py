"""Noise whose size goes by the picture's range of values."""

from __future__ import annotations

from xai_core.scores.case import Case

FLAT = "The picture has one value everywhere: noise has no scale."


def span(case: Case) -> float:
    """The picture's highest value less its lowest; 0 for a picture that has one everywhere."""
    picture = case.picture()
    return float(picture.max() - picture.min())
