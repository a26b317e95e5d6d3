"""A module that hides its layers, as the model and the predictor of its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.models.peek.extra_files import extra_files
from xai_core.targets.labels import labels_in

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, int, int]


def hidden_model(
    path: Path,
    inspection: Inspection,
    options: LoadOptions,
    module: nn.Module,
    wanted: Shape | None,
    loaded_by: str,
    findings: tuple[Finding, ...],
) -> tuple[LoadedModel, Shape | None]:
    """The model, and an input shape that it takes; None where no usual one fits.

    Args:
        module: with its other inputs fixed. wanted: the shape that is tried first.
    """
    from xai_core.models.conversion.fitting import SECONDS, fitting_shape, spec_of
    from xai_core.models.conversion.module_predictor import predictor_of

    shape = fitting_shape(module, wanted or spec_of(None).shape, SECONDS * options.patience)
    model = LoadedModel(
        path=path,
        format=inspection.format,
        sha256=inspection.sha256,
        size=inspection.size,
        module=module,
        input_spec=options.input_spec or spec_of(shape or wanted),
        loaded_by=loaded_by,
        reference=predictor_of(module),
        labels=labels_in(extra_files(path)),
        layers_readable=False,
        findings=findings,
    )
    return model, shape
