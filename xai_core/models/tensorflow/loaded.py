"""A TensorFlow function as a `LoadedModel`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.pictures.preprocessing import InputSpec

if TYPE_CHECKING:
    from xai_core.models.tensorflow.source import Source

WHOLE = Finding(
    "inference-format",
    "error",
    "The model takes whole numbers and computes with them: they have no gradient.",
    "Export it with a float32 input; with this file only Occlusion works.",
)


def loaded(
    path: Path,
    inspection: Inspection,
    options: LoadOptions,
    source: Source,
    findings: tuple[Finding, ...] = (),
) -> LoadedModel:
    """The model, with a module where it has a gradient, and TensorFlow as its reference.

    Raises:
        ModelError: `forward-failed`, it does not run on a picture.
    """
    from xai_core.models.tensorflow.opening import floating
    from xai_core.models.tensorflow.proof import fitting_shape, proven

    wanted = options.input_spec.shape if options.input_spec else None
    best = (floating(source) or source) if source.whole_numbers else source
    shape = fitting_shape(best, wanted)
    proof = None if best.whole_numbers else proven(best, shape, options.patience)
    return LoadedModel(
        path=path,
        format=inspection.format,
        sha256=inspection.sha256,
        size=inspection.size,
        module=proof.module if proof else None,
        input_spec=options.input_spec or _spec(shape, source.whole_numbers),
        loaded_by=source.loaded_by,
        reference=best.predict,
        converted_by=proof.converted_by if proof else None,
        layers_readable=proof.readable if proof else True,
        findings=(*findings, *(proof.findings if proof else (WHOLE,))),
    )


def _spec(shape: tuple[int, int, int], whole_numbers: bool) -> InputSpec:
    """The usual preprocessing; none at all for whole numbers from 0 to 255."""
    usual = InputSpec.for_shape(*shape)
    if not whole_numbers:
        return usual
    zeros, steps = (0.0,) * usual.channels, (1 / 255,) * usual.channels
    return InputSpec(*shape, usual.fit, usual.resize, zeros, steps)
