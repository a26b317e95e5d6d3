"""TensorFlow Lite: run by its interpreter, and converted to torch where that is proven right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.peek.digest import digest

if TYPE_CHECKING:
    from torch import nn

    from xai_core.models.onnx.runtime import Runtime
    from xai_core.models.runtimes.picture import PictureRuntime, Shape

MARK, MARK_AT = b"TFL3", 4
ORIGINAL = (
    "Load the model that it was converted from, before quantisation; with this file methods that "
    "only predict work, such as Occlusion."
)
WHOLE = Finding(
    "inference-format",
    "error",
    "The model is quantised: it takes whole numbers, which have no gradient.",
    ORIGINAL,
)
DIFFERS = "The graph as ONNX differs from TensorFlow Lite's interpreter."
TOLERANCE = 1e-3  # of the largest value


@FORMATS.register
class TfLite(Format):
    """A float one goes by ONNX to torch, proven against its interpreter; others predict."""

    name = "tflite"
    title = "TensorFlow Lite model"
    order = 65
    better = export_hint.KERAS

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        try:
            with path.open("rb") as file:
                return file.read(MARK_AT + len(MARK))[MARK_AT:] == MARK
        except OSError:
            return False

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        return Inspection(self.name, size.size, size.sha256, {"Runs in": "TensorFlow Lite"})

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; `module` is None where the conversion is not proven."""
        from xai_core.models.runtimes.lite import embedded_labels, lite_runtime

        runtime = lite_runtime(path)
        shape = runtime.shape(options.input_spec.shape if options.input_spec else None)
        module, findings = _converted(path, runtime, shape, options.patience)
        return LoadedModel(
            path=path,
            format=self.name,
            sha256=inspection.sha256,
            size=inspection.size,
            module=module,
            input_spec=options.input_spec or runtime.spec(shape),
            loaded_by=f"{runtime.title}, from memory",
            reference=runtime.predict,
            converted_by=_converter() if module is not None else None,
            labels=embedded_labels(path),
            findings=findings,
        )


def _converted(
    path: Path, runtime: PictureRuntime, shape: Shape, patience: float
) -> tuple[nn.Module | None, tuple[Finding, ...]]:
    """By ONNX, which has to agree with the interpreter as the module has to."""
    from xai_core.models.onnx.picture_input import PictureInput, picture_input
    from xai_core.models.onnx.proof import converted
    from xai_core.models.onnx.runtime import Runtime, runtime_of
    from xai_core.models.runtimes.lite import as_onnx

    if runtime.whole_numbers:
        return None, (WHOLE,)
    try:
        graph = as_onnx(path, runtime, patience)
        source: PictureInput = picture_input(graph)
        if runtime.layout.kind == "channels_last":
            source = replace(source, layout="NCHW", channels=shape[0])
        found = runtime_of(graph, source)
        if not _agree(found, runtime, shape):
            return None, (Finding("converted-unverified", "error", DIFFERS, ORIGINAL),)
        held = Runtime(found.model, runtime.predict, found.differentiable, found.findings)
        module, findings = converted(held, source, shape, patience)
    except XaiError as error:
        return None, (Finding("converted-unverified", "error", error.message, ORIGINAL),)
    return module, (*found.findings, *findings)


def _agree(one: Runtime, runtime: PictureRuntime, shape: Shape) -> bool:
    """What stands before a last activation is proven on ONNX Runtime: that has to be right, too."""
    import numpy as np

    from xai_core.attribution.predictor import tensors
    from xai_core.models.conversion.verify import sample_inputs
    from xai_core.targets import main_output

    inputs = sample_inputs(shape)
    first, second = (
        main_output(tensors(predict(inputs)))[1].numpy()
        for predict in (one.predict, runtime.predict)
    )
    same = first.shape == second.shape
    return same and bool(np.abs(first - second).max() <= TOLERANCE * np.abs(second).max())


def _converter() -> str:
    from importlib.metadata import version

    return f"tf2onnx and onnx2fx {version('tf2onnx')} and {version('onnx2fx')}"
