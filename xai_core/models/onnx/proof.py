"""The conversion of a graph to torch, where it is proven to be the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import Predictor
from xai_core.models.conversion.certificate import Certificate, findings_of
from xai_core.models.conversion.unfinished import CODE as LATE
from xai_core.models.conversion.unfinished import out_of_time
from xai_core.models.onnx.picture_input import PictureInput, Shape
from xai_core.models.onnx.runtime import Runtime

if TYPE_CHECKING:
    from torch import nn

QUANTISED = ("QuantizeLinear", "QLinear", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear")
ORIGINAL = "Load the model that it was exported from; with this file only Occlusion works."
CONVERSION = "The conversion to torch is not compared with its source to the end."


def converted(
    runtime: Runtime, source: PictureInput, shape: Shape, patience: float
) -> tuple[nn.Module | None, list[Finding]]:
    """The module where it is proven, and what was established.

    Args:
        patience: times the usual limits that conversion and proof may take.
    """
    refusal = _refusal(runtime)
    if refusal is not None:
        return None, [refusal]
    from xai_core.models.onnx.conversion import to_torch

    try:
        module = to_torch(runtime.model, source, patience)
        certificate = _certified(module, runtime.predict, source, shape, patience)
        if not certificate.passed and certificate.unmeasured and not certificate.late:
            certificate = _before(runtime, source, shape, patience) or certificate
    except XaiError as error:
        late = [out_of_time(error.message, patience)] if error.code == LATE else []
        return None, [*late, Finding("converted-unverified", "error", error.message, ORIGINAL)]
    findings = [findings_of(certificate)]
    if certificate.late:
        findings.insert(0, out_of_time(f"{CONVERSION} {certificate.why_not}", patience))
    return module if certificate.passed else None, findings


def _certified(
    module: nn.Module, predict: Predictor, source: PictureInput, shape: Shape, patience: float
) -> Certificate:
    from xai_core.models.conversion.verify import TIME_LIMIT, verify
    from xai_core.models.onnx.conversion import CONVERTER, converter_version

    return verify(
        module,
        predict,
        _samples(shape, source),
        converter=CONVERTER,
        version=converter_version(),
        time_limit=TIME_LIMIT * patience,
    )


def _before(
    runtime: Runtime, source: PictureInput, shape: Shape, patience: float
) -> Certificate | None:
    """The proof of all that stands before a softmax or sigmoid at the end, which may saturate."""
    from xai_core.models.onnx.before_activation import before_activation
    from xai_core.models.onnx.conversion import to_torch
    from xai_core.models.onnx.session import predictor, session_of

    model = before_activation(runtime.model)
    if model is None:
        return None
    predict = predictor(session_of(model), source)
    return _certified(to_torch(model, source, patience), predict, source, shape, patience)


def _samples(shape: Shape, source: PictureInput) -> Any:
    import numpy as np

    from xai_core.models.conversion.verify import sample_inputs

    bright = sample_inputs(shape, 255.0)  # some graphs normalise by themselves
    return (
        bright if source.whole_numbers else np.concatenate([sample_inputs(shape)[1:], bright[2:]])
    )


def _refusal(runtime: Runtime) -> Finding | None:
    from xai_core.models.onnx.walk import nodes

    if not runtime.differentiable:
        message = "The graph computes with the whole numbers of its input, which have no gradient."
        return Finding("inference-format", "error", message, ORIGINAL)
    kinds = {n.op_type for n in nodes(runtime.model) if n.op_type.startswith(QUANTISED)}
    if kinds:
        message = f"The graph is quantised ({', '.join(sorted(kinds))}): rounding has no gradient."
        return Finding("inference-format", "error", message, "Load it before quantisation.")
    return None
