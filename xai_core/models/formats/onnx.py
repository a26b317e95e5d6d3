"""ONNX graphs: run by ONNX Runtime, and converted to torch where that is proven right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError, first_line
from xai_core.base.loaded_model import LoadedModel, Predictor
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.onnx.facts import facts_of
from xai_core.models.onnx.picture_input import PictureInput, Shape, fix_inputs, picture_input
from xai_core.models.onnx.proof import converted
from xai_core.models.onnx.runtime import runtime_of
from xai_core.models.onnx.source import complete, is_onnx, read_model
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec
from xai_core.targets.labels import labels_in

if TYPE_CHECKING:
    pass


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
        runtime = runtime_of(model, source)
        shape = _shape(runtime.predict, source, options)
        module, findings = converted(runtime, source, shape, options.patience)
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
    raise ModelError(
        f"ONNX Runtime gives no finite output for pictures of any usual size: {first_line(first)}",
        "Give the size that the model was trained on.",
        code="forward-failed",
    ) from first
