"""A frozen graph of TensorFlow 1: weights as constants, and nothing that says what goes in."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.errors import ModelError, XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.peek.digest import digest
from xai_core.models.peek.graphs import graph_kind
from xai_core.models.peek.protobuf import mapped
from xai_core.models.tensorflow.ends import Ends, ends_of
from xai_core.models.tensorflow.loaded import loaded
from xai_core.models.tensorflow.nodes import Graph, graph_of
from xai_core.models.tensorflow.safety import unsafe


@FORMATS.register
class TF1Graph(Format):
    """Its input and output are proposed, and changed by `LoadOptions.architecture`."""

    name = "tf1-graph"
    title = "TensorFlow 1 graph"
    order = 70
    better = export_hint.GRAPH

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        return path.is_file() and graph_kind(path) == self.name

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        graph = _look(path)
        finding = unsafe(graph, None)
        facts = {"Operations": str(sum(1 for _ in graph.everything()))}
        try:
            facts["Input → output"] = str(ends_of(graph, None))
        except XaiError as error:
            facts["Input → output"] = error.message
        return Inspection(
            self.name,
            size.size,
            size.sha256,
            facts,
            needs_trust=finding is not None,
            findings=() if finding is None else (finding,),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; a graph that reaches out of the model only after trust."""
        from xai_core.models.tensorflow.opening import open_graph

        graph = _look(path)
        ends = ends_of(graph, options.architecture)
        finding = unsafe(graph, None)
        if finding is not None and not options.trust:
            raise ModelError(finding.message, finding.hint, code=finding.code)
        source = open_graph(path, ends)
        return loaded(path, inspection, options, source, (_told(ends),))


def _look(path: Path) -> Graph:
    with mapped(path) as data:
        return graph_of(data)


def _told(ends: Ends) -> Finding:
    how = "as asked" if ends.chosen else "proposed, because the file does not say"
    return Finding(
        "graph-nodes",
        "info",
        f"The graph is run from {ends.input} to {', '.join(ends.outputs)} ({how}).",
        f"To change it, give both as architecture, such as {ends}.",
    )
