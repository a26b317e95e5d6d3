"""A small study, made of noise; it needs no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.entry import QUANTILES
from xai_core.studies.result import StudiedPicture, StudyResult
from xai_core.studies.store import Table, complete

METHODS = complete({"saliency": {}, "smoothgrad": {"m": 3}, "guided-backprop": {}})


def small_study(count: int = 6, seed: int = 0, **changes: Any) -> StudyResult:
    """Three methods; the last picture has no score of the last method."""
    draws = np.random.default_rng(seed)
    level = np.array([10.0, 9.8, 9.6]) + draws.normal(0, 0.25, (count, 3))
    curves = level[:, :, None] + 1.2 * np.log1p(-QUANTILES) * draws.uniform(0.8, 1.2, (count, 3, 1))
    curves[-1, -1] = level[-1, -1] = np.nan
    pictures = tuple(
        StudiedPicture(f"picture {row}.png", f"{row:064x}", row % 3) for row in range(count)
    )
    plain: dict[str, Any] = {
        "model": "net",
        "model_sha256": "0" * 64,
        "model_format": "torch-eager",
        "pictures": pictures,
        "methods": METHODS,
        "table": Table(level, curves, count, {(count - 1, 2): "The map is zero."}, {}),
        "recipe": Recipe(quantile=0.2),
        "seed": seed,
        "target": None,
        "created": f"2026-11-24T06:00:{seed % 60:02d}+00:00",
        "versions": {"numpy": np.__version__},
        "refused": {"letter.txt": "Not a picture by its name."},
        "input_spec": InputSpec(height=16, width=16, resize=16),
        "level": "ready",
        "summary": "It can be explained.",
        "machine": "a machine",
        "seconds": 12.5,
        "thumbnails": {
            row: draws.integers(0, 255, (8, 8, 3), np.uint8) for row in range(count - 1)
        },
    }
    return StudyResult(**{**plain, **changes})
