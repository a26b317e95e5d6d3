"""A graph in float32 and its predictor, as both are compared with the conversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import Predictor
from xai_core.models.onnx.picture_input import PictureInput

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True)
class Runtime:
    """A graph in float32 and its predictor. differentiable: its input can move by a little."""

    model: ModelProto
    predict: Predictor
    differentiable: bool
    findings: tuple[Finding, ...] = ()


def runtime_of(model: ModelProto, source: PictureInput) -> Runtime:
    """The runtime of a graph. Raises `ModelError` where ONNX Runtime does not take it."""
    from xai_core.models.onnx.session import predictor, session_of
    from xai_core.models.onnx.single_precision import floating_input, single_precision

    plain, changed = single_precision(model)
    if source.whole_numbers:
        plain, changed = floating_input(plain, source.name), (*changed, source.kind.lower())
    try:
        run = predictor(session_of(plain), source)
    except ModelError:
        if not changed:
            raise
        run = predictor(session_of(model), source)
        return Runtime(model, run, not source.whole_numbers)
    findings = (_precision(changed),) if changed else ()
    return Runtime(plain, run, True, findings)


def _precision(changed: tuple[str, ...]) -> Finding:
    return Finding(
        "precision-changed",
        "info",
        f"The graph has {', '.join(changed)} numbers; it is run in float32.",
        "Results can differ slightly from those of the original.",
    )
