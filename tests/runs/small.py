"""A small run, made of noise; it needs no model."""

from __future__ import annotations

from typing import Any

import numpy as np

from xai_core.attribution.result import Attribution
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.run import Guess, Run, Score

SIDE = 16


def small_run(seed: int = 0, **changes: Any) -> Run:
    """Two methods on a picture of 16 × 16 pixels."""
    draws = np.random.default_rng(seed)
    attributions = {
        name: Attribution(
            values=draws.normal(size=(1, 3, SIDE, SIDE)).astype(np.float32),
            method=name,
            parameters={"m": 4, "of": ""} if name == "smoothgrad" else {},
            seed=seed,
            target=(1,),
            native_size=(SIDE, SIDE),
            seconds=0.5,
            signed=True,
        )
        for name in ("saliency", "smoothgrad")
    }
    plain: dict[str, Any] = {
        "model": "net",
        "model_sha256": "0" * 64,
        "model_format": "torch-eager",
        "picture": "noise",
        "picture_sha256": "1" * 64,
        "pixels": draws.integers(0, 255, (SIDE, SIDE, 3), np.uint8),
        "content": (0, 0, SIDE, SIDE),
        "target": 1,
        "guesses": (Guess(1, "b", 0.75), Guess(0, "a", 0.25)),
        "attributions": attributions,
        "recipe": Recipe(crop=(0, 0, SIDE, SIDE)),
        "scores": {"saliency": Score(5.1, 4.9), "smoothgrad": Score(5.0, float("nan"))},
        "created": f"2026-11-24T06:00:{seed % 60:02d}+00:00",
        "versions": {"numpy": np.__version__},
        "failures": {"guided-backprop": "There are no rectifiers."},
        "input_spec": InputSpec(height=SIDE, width=SIDE, resize=SIDE),
        "architecture": "resnet18",
        "output": "['aux']",
        "level": "ready",
        "summary": "It can be explained.",
        "machine": "a machine",
        "seconds": 1.5,
    }
    return Run(**{**plain, **changes})
