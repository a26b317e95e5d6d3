"""What the formats of both SavedModel versions share."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.storage.zips import zip_read
from xai_core.models.formats.base import Format, Inspection, LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.models.peek.graphs import graph_kind, kind_of_bytes
from xai_core.models.tensorflow.folder import GRAPH, MAX_GRAPH, graph_bytes, model_folder
from xai_core.models.tensorflow.loaded import loaded
from xai_core.models.tensorflow.meta import SavedModel, saved_model_of
from xai_core.models.tensorflow.safety import unsafe


class SavedModelFormat(Format):
    """A folder, a zip of one, or its graph alone where the model has no weights beside it."""

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        if path.is_dir():
            return graph_kind(path / GRAPH) == self.name
        data = zip_read(path, GRAPH, MAX_GRAPH)
        return (graph_kind(path) if data is None else kind_of_bytes(data)) == self.name

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        model = _look(path)
        finding = unsafe(model.graph, model.roots)
        return Inspection(
            self.name,
            size.size,
            size.sha256,
            _facts(model),
            needs_trust=finding is not None,
            findings=() if finding is None else (finding,),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; a graph that reaches out of the model only after trust."""
        from xai_core.models.tensorflow.opening import open_saved_model

        model = _look(path)
        finding = unsafe(model.graph, model.roots)
        if finding is not None and not options.trust:
            raise ModelError(finding.message, finding.hint, code=finding.code)
        with model_folder(path, model.has_variables) as folder:
            source = open_saved_model(folder)
        return loaded(path, inspection, options, source)


def _look(path: Path) -> SavedModel:
    with graph_bytes(path) as data:
        return saved_model_of(data)


def _facts(model: SavedModel) -> dict[str, str]:
    facts = {"Operations": str(sum(1 for _ in model.graph.everything()))}
    for name, signature in model.signatures.items():
        told = ", ".join(
            f"{key} {one.dtype} {_sizes(one.shape)}" for key, one in signature.inputs.items()
        )
        facts[f"Signature {name}"] = f"{told or 'nothing'} → {', '.join(signature.outputs)}"
    return facts


def _sizes(shape: tuple[int | None, ...] | None) -> str:
    return "any" if shape is None else " × ".join("any" if n is None else str(n) for n in shape)
