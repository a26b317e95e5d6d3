"""ONNX graphs: run by ONNX Runtime, and converted to torch where that is proven right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError, XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel, Predictor
from xai_core.models import export_hint
from xai_core.models.conversion.certificate import Certificate, findings_of
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.onnx.facts import facts_of
from xai_core.models.onnx.picture_input import PictureInput, Shape, fix_inputs, picture_input
from xai_core.models.onnx.source import complete, is_onnx, read_model
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec
from xai_core.targets.labels import labels_in

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn

QUANTISED = ("QuantizeLinear", "QLinear", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear")
ORIGINAL = "Load the model that it was exported from; with this file only Occlusion works."


@FORMATS.register
class Onnx(Format):
    """One file, or a zip of it and its external data. No other file is ever opened."""

    name = "onnx"
    title = "ONNX graph"
    order = 60
    fixes_inputs = True
    better = export_hint.ONNX

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        return is_onnx(path)

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        facts, findings = facts_of(path)
        return Inspection(self.name, size.size, size.sha256, facts, findings=findings)

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; `module` is None where the conversion is not proven."""
        model = complete(*read_model(path))
        if options.other_inputs:
            fix_inputs(model, options.other_inputs, options.input_spec or InputSpec())
        source = picture_input(model)
        runtime = _runtime(model, source)
        shape = _shape(runtime.predict, source, options)
        module, findings = _converted(runtime, source, shape)
        import onnxruntime

        from xai_core.models.onnx.conversion import CONVERTER, converter_version

        return LoadedModel(
            path=path,
            format=self.name,
            sha256=inspection.sha256,
            size=inspection.size,
            module=module,
            input_spec=options.input_spec or source.spec(shape),
            loaded_by=f"onnxruntime {onnxruntime.__version__}, from memory",
            reference=runtime.predict,
            converted_by=f"{CONVERTER} {converter_version()}" if module is not None else None,
            labels=labels_in({prop.key: prop.value for prop in model.metadata_props}),
            findings=(*runtime.findings, *findings),
        )


@dataclass(frozen=True)
class _Runtime:
    """A graph in float32 and its predictor. differentiable: its input can move by a little."""

    model: ModelProto
    predict: Predictor
    differentiable: bool
    findings: tuple[Finding, ...] = ()


def _runtime(model: ModelProto, source: PictureInput) -> _Runtime:
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
        return _Runtime(model, run, not source.whole_numbers)
    findings = (_precision(changed),) if changed else ()
    return _Runtime(plain, run, True, findings)


def _shape(predict: Predictor, source: PictureInput, options: LoadOptions) -> Shape:
    """A `(C, H, W)` that the runtime takes: the one asked for, or the first that fits."""
    import numpy as np

    from xai_core.attribution.predictor import tensors
    from xai_core.targets import main_output

    wanted = [options.input_spec.shape] if options.input_spec else source.shapes()
    first: Exception | None = None
    for shape in wanted:
        try:
            output = main_output(tensors(predict(np.full((1, *shape), 0.5, np.float32))))[1]
        except Exception as error:  # the runtime's errors share no base
            first = first or error
        else:
            if output.numel() and bool(output.isfinite().all()):
                return shape
    told = str(first).partition("\n")[0][:300]
    raise ModelError(
        f"ONNX Runtime gives no finite output for pictures of any usual size: {told}",
        "Give the size that the model was trained on.",
        code="forward-failed",
    ) from first


def _converted(
    runtime: _Runtime, source: PictureInput, shape: Shape
) -> tuple[nn.Module | None, list[Finding]]:
    """The module where it is proven, and what was established."""
    refusal = _refusal(runtime)
    if refusal is not None:
        return None, [refusal]
    from xai_core.models.onnx.conversion import to_torch

    try:
        module = to_torch(runtime.model, source)
        certificate = _certified(module, runtime.predict, source, shape)
        if not certificate.passed and certificate.unmeasured:
            certificate = _before(runtime, source, shape) or certificate
    except XaiError as error:
        return None, [Finding("converted-unverified", "error", error.message, ORIGINAL)]
    return module if certificate.passed else None, [findings_of(certificate)]


def _certified(
    module: nn.Module, predict: Predictor, source: PictureInput, shape: Shape
) -> Certificate:
    from xai_core.models.conversion.verify import verify
    from xai_core.models.onnx.conversion import CONVERTER, converter_version

    version, samples = converter_version(), _samples(shape, source)
    return verify(module, predict, samples, converter=CONVERTER, version=version)


def _before(runtime: _Runtime, source: PictureInput, shape: Shape) -> Certificate | None:
    """The proof of all that stands before a softmax or sigmoid at the end, which may saturate."""
    from xai_core.models.onnx.before_activation import before_activation
    from xai_core.models.onnx.conversion import to_torch
    from xai_core.models.onnx.session import predictor, session_of

    model = before_activation(runtime.model)
    if model is None:
        return None
    predict = predictor(session_of(model), source)
    return _certified(to_torch(model, source), predict, source, shape)


def _samples(shape: Shape, source: PictureInput) -> Any:
    import numpy as np

    from xai_core.models.conversion.verify import sample_inputs

    bright = sample_inputs(shape, 255.0)  # some graphs normalise by themselves
    return (
        bright if source.whole_numbers else np.concatenate([sample_inputs(shape)[1:], bright[2:]])
    )


def _refusal(runtime: _Runtime) -> Finding | None:
    from xai_core.models.onnx.walk import nodes

    if not runtime.differentiable:
        message = "The graph computes with the whole numbers of its input, which have no gradient."
        return Finding("inference-format", "error", message, ORIGINAL)
    kinds = {n.op_type for n in nodes(runtime.model) if n.op_type.startswith(QUANTISED)}
    if kinds:
        message = f"The graph is quantised ({', '.join(sorted(kinds))}): rounding has no gradient."
        return Finding("inference-format", "error", message, "Load it before quantisation.")
    return None


def _precision(changed: tuple[str, ...]) -> Finding:
    return Finding(
        "precision-changed",
        "info",
        f"The graph has {', '.join(changed)} numbers; it is run in float32.",
        "Results can differ slightly from those of the original.",
    )
