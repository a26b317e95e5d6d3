"""Pedestal's core: readiness, attribution, canonical maps and their ranking.

Importing it is cheap: no torch until a function needs it. The public names are those below.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xai_core.attribution.explanation import explain
    from xai_core.attribution.noise.rule import NoiseLevel
    from xai_core.attribution.noise.tolerance import noise_level
    from xai_core.attribution.result import Attribution
    from xai_core.base.errors import XaiError
    from xai_core.base.loaded_model import LoadedModel
    from xai_core.base.target import Target
    from xai_core.maps.canonical import baseline_subtraction_norm, canonicalise
    from xai_core.maps.recipe import Recipe
    from xai_core.models.formats.base import LoadOptions
    from xai_core.models.loading import load_model
    from xai_core.pictures.preprocessing import InputSpec
    from xai_core.readiness import assess
    from xai_core.readiness.result import Verdict
    from xai_core.runs.run import Run, open_run
    from xai_core.scores.metrics.complexity import complexity
    from xai_core.scores.ranking import sweep
    from xai_core.studies.result import StudyResult, open_study

_HOMES = {
    "Attribution": "types",
    "InputSpec": "images",
    "LoadOptions": "formats.base",
    "LoadedModel": "formats.base",
    "NoiseLevel": "noise_rule",
    "Recipe": "recipe",
    "Run": "runs",
    "Target": "target",
    "Verdict": "types",
    "XaiError": "errors",
    "assess": "readiness",
    "baseline_subtraction_norm": "canonical",
    "canonicalise": "canonical",
    "complexity": "metrics.complexity",
    "explain": "explanation",
    "load_model": "loading",
    "noise_level": "noise_tolerance",
    "StudyResult": "study_result",
    "open_run": "runs",
    "open_study": "study_result",
    "sweep": "ranking",
}

__all__ = [
    "Attribution",
    "InputSpec",
    "LoadOptions",
    "LoadedModel",
    "NoiseLevel",
    "Recipe",
    "Run",
    "StudyResult",
    "Target",
    "Verdict",
    "XaiError",
    "assess",
    "baseline_subtraction_norm",
    "canonicalise",
    "complexity",
    "explain",
    "load_model",
    "noise_level",
    "open_run",
    "open_study",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
