"""A module that hides its layers, as the model and the predictor of its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.models.input_form.first_run import Taken, fitted, told
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

    first, seconds = wanted or spec_of(None).shape, SECONDS * options.patience
    shape = fitting_shape(module, first, seconds)
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
    if shape is None:
        return _in_another_form(model, module, options, seconds), None
    guessed = wanted is None and options.input_spec is None
    expected = replace(model, input_spec=spec_of(None))
    said = told(expected, Taken(shape)) if guessed else ()
    return replace(model, findings=(*model.findings, *said)), shape


def _in_another_form(
    model: LoadedModel, module: nn.Module, options: LoadOptions, seconds: float
) -> LoadedModel:
    from xai_core.models.conversion.module_predictor import predictor_of
    from xai_core.models.fixed_inputs import hookable

    outer = hookable(module)
    other = replace(model, module=outer, reference=predictor_of(outer))
    found = fitted(other, outer, options.input_spec is not None, seconds, graph=True)
    return found or model
