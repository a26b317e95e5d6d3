"""OpenVINO's models: run by OpenVINO, which has no gradient."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.models.runtimes.openvino import WEIGHTS, is_graph, openvino_runtime


@FORMATS.register
class OpenVino(Format):
    """The `.xml` with its `.bin` beside it, in a folder or a zip; it predicts."""

    name = "openvino"
    title = "OpenVINO model"
    order = 70
    better = export_hint.ONNX

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        return path.is_file() and is_graph(path)

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size, weights = digest(path), path.with_suffix(WEIGHTS)
        told = f"{weights.stat().st_size / 1e6:.1f} MB" if weights.is_file() else "not here"
        return Inspection(self.name, size.size, size.sha256, {"Weights": told})

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; `module` is None."""
        runtime = openvino_runtime(path)
        shape = runtime.shape(options.input_spec.shape if options.input_spec else None)
        return LoadedModel(
            path=path,
            format=self.name,
            sha256=inspection.sha256,
            size=inspection.size,
            module=None,
            input_spec=options.input_spec or runtime.spec(shape),
            loaded_by=f"{runtime.title}, from memory",
            reference=runtime.predict,
        )
