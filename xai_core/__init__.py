"""Pedestal's core: readiness, attribution, canonical maps and their ranking.

Importing it is cheap: no torch until a function needs it. The public names are those below.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from xai_core import moved

if TYPE_CHECKING:
    from xai_core.attribution.explanation import explain as explain
    from xai_core.attribution.inputs.explaining import explain_inputs as explain_inputs
    from xai_core.attribution.noise.rule import NoiseLevel as NoiseLevel
    from xai_core.attribution.noise.tolerance import noise_level as noise_level
    from xai_core.attribution.result import Attribution as Attribution
    from xai_core.base.errors import XaiError as XaiError
    from xai_core.base.input_spec import InputSpec as InputSpec
    from xai_core.base.loaded_model import LoadedModel as LoadedModel
    from xai_core.base.pace import Pace as Pace
    from xai_core.base.target import Target as Target
    from xai_core.maps.canonical import baseline_subtraction_norm as baseline_subtraction_norm
    from xai_core.maps.canonical import canonicalise as canonicalise
    from xai_core.maps.recipe import Recipe as Recipe
    from xai_core.models.formats.base import LoadOptions as LoadOptions
    from xai_core.models.loading import load_model as load_model
    from xai_core.models.other_inputs import OtherInput as OtherInput
    from xai_core.pictures.archive import picture_files as picture_files
    from xai_core.pictures.backgrounds.files import baseline_pictures as baseline_pictures
    from xai_core.pictures.demo import demo_pictures as demo_pictures
    from xai_core.pictures.preprocessing import prepare as prepare
    from xai_core.readiness import assess as assess
    from xai_core.readiness.result import Verdict as Verdict
    from xai_core.runs.reading import open_run as open_run
    from xai_core.runs.run import Run as Run
    from xai_core.scores.metrics.complexity import complexity as complexity
    from xai_core.scores.public.score import score as score
    from xai_core.scores.ranking import sweep as sweep
    from xai_core.studies.computation import Subject as StudyPicture
    from xai_core.studies.computation import conduct as conduct
    from xai_core.studies.opening import open_study as open_study
    from xai_core.studies.result import StudyResult as StudyResult
    from xai_core.studies.setting import Setting as StudySetting
    from xai_core.studies.store import Study as Study
    from xai_core.studies.summary import StudySummary as StudySummary
    from xai_core.studies.summary import open_summary as open_summary
    from xai_core.worker import Worker as Worker
    from xai_core.worker.decoding import open_picture as open_picture

_HOMES = {
    "Attribution": "attribution.result",
    "InputSpec": "base.input_spec",
    "LoadOptions": "models.formats.base",
    "LoadedModel": "base.loaded_model",
    "NoiseLevel": "attribution.noise.rule",
    "OtherInput": "models.other_inputs",
    "Pace": "base.pace",
    "Recipe": "maps.recipe",
    "Run": "runs.run",
    "Study": "studies.store",
    "StudyPicture": "studies.computation:Subject",
    "StudyResult": "studies.result",
    "StudySetting": "studies.setting:Setting",
    "StudySummary": "studies.summary",
    "Target": "base.target",
    "Verdict": "readiness.result",
    "Worker": "worker",
    "XaiError": "base.errors",
    "assess": "readiness",
    "baseline_pictures": "pictures.backgrounds.files",
    "baseline_subtraction_norm": "maps.canonical",
    "canonicalise": "maps.canonical",
    "complexity": "scores.metrics.complexity",
    "conduct": "studies.computation",
    "demo_pictures": "pictures.demo",
    "explain": "attribution.explanation",
    "explain_inputs": "attribution.inputs.explaining",
    "load_model": "models.loading",
    "noise_level": "attribution.noise.tolerance",
    "open_picture": "worker.decoding",
    "open_run": "runs.reading",
    "open_study": "studies.opening",
    "open_summary": "studies.summary",
    "picture_files": "pictures.archive",
    "prepare": "pictures.preprocessing",
    "score": "scores.public.score",
    "sweep": "scores.ranking",
}

__all__ = [
    "Attribution",
    "InputSpec",
    "LoadOptions",
    "LoadedModel",
    "NoiseLevel",
    "OtherInput",
    "Pace",
    "Recipe",
    "Run",
    "Study",
    "StudyPicture",
    "StudyResult",
    "StudySetting",
    "StudySummary",
    "Target",
    "Verdict",
    "Worker",
    "XaiError",
    "assess",
    "baseline_pictures",
    "baseline_subtraction_norm",
    "canonicalise",
    "complexity",
    "conduct",
    "demo_pictures",
    "explain",
    "explain_inputs",
    "load_model",
    "noise_level",
    "open_picture",
    "open_run",
    "open_study",
    "open_summary",
    "picture_files",
    "prepare",
    "score",
    "sweep",
]

moved.install()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, _, inside = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), inside or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
