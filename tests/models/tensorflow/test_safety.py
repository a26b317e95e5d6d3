"""Files that would reach out of the model, and archives that break a rule: never opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.models.formats.samples import message, number
from tests.models.tensorflow.conftest import zipped
from xai_core.base.errors import ModelError
from xai_core.models.loading import inspect_file, load_model
from xai_core.models.tensorflow.nodes import Graph, Node
from xai_core.models.tensorflow.safety import unsafe

DANGEROUS = (
    *("ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "EagerPyFunc", "SaveV2", "RestoreV2"),
    *("TFRecordDatasetV2", "Abort", "ImmutableConst", "DebugIdentity", "RpcServer"),
    *("InitializeTableFromTextFileV2", "DecodeProtoV2", "RecordInput", "DumpTensor"),
)
pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize("deed", ["reads", "saves", "prints"])
def test_a_graph_that_reaches_out_is_refused(deed: str, models: Path, tmp_path: Path) -> None:
    path = zipped(models / f"hostile-{deed}", tmp_path / "upload.bin")
    inspection = inspect_file(path)
    assert inspection.needs_trust
    assert [finding.code for finding in inspection.findings] == ["unsafe-code"]
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code == "unsafe-code"


@pytest.mark.parametrize("name", ["keras", "plain", "bare", "tf1"])
def test_what_saves_and_restores_weights_is_no_danger(name: str, models: Path) -> None:
    assert not inspect_file(models / name).findings


@pytest.mark.parametrize("op", DANGEROUS)
def test_dangerous_operations(op: str) -> None:
    graph = Graph({"x": Node("x", op)}, {})
    assert unsafe(graph, frozenset({"x"}))
    assert unsafe(Graph({}, {"f": (Node("x", op),)}), frozenset({"f"}))


def test_a_saver_below_a_called_function() -> None:
    functions = {"f": (Node("y", "While", calls=("g",)),), "g": (Node("z", "SaveV2"),)}
    call = Graph({"x": Node("x", "PartitionedCall", calls=("f",))}, functions)
    assert unsafe(call, frozenset({"x"}))
    assert unsafe(call, frozenset({"other"})) is None


def test_a_frozen_graph_that_reads_a_file(tmp_path: Path) -> None:
    def node(name: str, op: str, *inputs: str) -> bytes:
        fields = message(1, name.encode()) + message(2, op.encode())
        return message(1, fields + b"".join(message(3, one.encode()) for one in inputs))

    graph = node("x", "Placeholder") + node("file", "ReadFile", "x") + node("y", "Relu", "file")
    (tmp_path / "graph").write_bytes(graph)
    with pytest.raises(ModelError, match="ReadFile"):
        load_model(tmp_path / "graph")


GRAPH = number(1, 1) + message(2, message(2, b"") + message(7, message(1, b"")))
RULES = {
    "leads out": {"m/saved_model.pb": GRAPH, "m/../../x": b"1"},
    "leads out of": {"m/saved_model.pb": GRAPH, "/etc/x": b"1"},
}


@pytest.mark.parametrize("rule", RULES)
def test_archives_that_break_a_rule(rule: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        for name, data in RULES[rule].items():
            archive.writestr(name, data)
    with pytest.raises(ModelError, match=rule) as caught:
        load_model(tmp_path / "x")
    assert caught.value.code == "unsafe-code"


def test_links_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("m/saved_model.pb", GRAPH)
        link = zipfile.ZipInfo("m/variables")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
    with pytest.raises(ModelError, match="link"):
        load_model(tmp_path / "x")


def test_a_graph_without_its_weights(models: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes((models / "plain" / "saved_model.pb").read_bytes())
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "x")
    assert caught.value.code == "missing-weights"
