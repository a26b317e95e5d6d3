"""Files that are not whole, in two parts, or not meant well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper

from tests.models.formats import onnx_files as files
from tests.models.formats.test_onnx import codes, cpu
from xai_core.base.errors import ModelError
from xai_core.models.loading import inspect_file, load_model, recognise

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[torch.nn.Module, Path, Path]:
    net = files.network()
    graph = files.exported(net, tmp_path / "model.onnx", external_data=True)
    onnx.save_model(
        onnx.load(graph),
        graph,
        save_as_external_data=True,
        location="model.onnx.data",
        size_threshold=0,
    )
    return net, graph, tmp_path / "model.onnx.data"


def test_missing_weights_are_named(two_files: tuple[object, Path, Path]) -> None:
    graph = two_files[1]  # the data lies beside it, and is not read all the same
    with pytest.raises(ModelError, match=r"'model\.onnx\.data'") as caught:
        load_model(graph)
    assert caught.value.code == "corrupt-file"
    assert "zip" in caught.value.hint
    assert [finding.code for finding in inspect_file(graph).findings] == ["corrupt-file"]


@pytest.mark.parametrize("folder", ["", "export/v1/"])
def test_a_zip_of_both_is_whole(
    folder: str, two_files: tuple[torch.nn.Module, Path, Path], tmp_path: Path
) -> None:
    net, graph, data = two_files
    path = files.zipped(tmp_path / "picture.png", [graph, data], folder)
    assert recognise(path).name == "onnx"
    loaded = load_model(path)
    assert codes(loaded) == ["converted-verified"]
    inputs = torch.rand(1, 3, 32, 32)
    assert torch.allclose(cpu(loaded)(inputs), net(inputs), atol=1e-5)


def test_weights_that_break_off(two_files: tuple[object, Path, Path], tmp_path: Path) -> None:
    _, graph, data = two_files
    data.write_bytes(data.read_bytes()[:-100])
    with pytest.raises(ModelError, match="breaks off"):
        load_model(files.zipped(tmp_path / "m.zip", [graph, data]))


@pytest.mark.parametrize("place", ["/etc/hostname", "../secret", "secret"])
def test_no_other_file_is_opened(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for folder in (work, tmp_path):
        (folder / "secret").write_bytes(bytes(4 * 5 * 27))
    monkeypatch.chdir(work)
    model = files.built(files.convolution(), files.weights())
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    path = files.saved(model, work / "m")
    for file in (path, files.zipped(work / "z", [path])):
        with pytest.raises(ModelError, match="second file"):
            load_model(file)


def test_outside_tensors_in_inner_graphs_are_found(tmp_path: Path) -> None:
    inner = numpy_helper.from_array(np.zeros(4, np.float32), "i")
    inner.ClearField("raw_data")
    inner.data_location = onnx.TensorProto.EXTERNAL
    inner.external_data.add(key="location", value="/etc/hostname")
    body = helper.make_graph(
        [helper.make_node("Constant", [], ["o"], value=inner)],
        "b",
        [],
        [helper.make_tensor_value_info("o", 1, [4])],
    )
    node = helper.make_node("If", ["cond"], ["y"], then_branch=body, else_branch=body)
    model = files.built([node], {"cond": np.array(True)})
    with pytest.raises(ModelError, match="second file"):
        load_model(files.saved(model, tmp_path / "m"))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_truncated_files_are_told(share: float, tmp_path: Path) -> None:
    path = files.exported(files.network(), tmp_path / "m", dynamo=False)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code in ("corrupt-file", "forward-failed")
    assert caught.value.hint


HOSTILE = (
    "n'); __import__('pathlib').Path('canary').touch(); ('",
    "x = __import__('pathlib').Path('canary').touch()",
    "a\n    __import__('pathlib').Path('canary').touch()\n    b",
    'a"""; __import__("pathlib").Path("canary").touch(); """',
    "lambda: __import__('os').system('touch canary')",
    "self.__class__",
    "__init__",
    "forward",
    "",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = files.built(files.convolution(), files.weights())
    renamed = {
        value: f"{name}{index}" if index else name or "_"
        for index, value in enumerate(["x", "w", "b", "c", "r", "p", "f", "h", "k", "y"])
    }
    for node in model.graph.node:
        node.name, node.doc_string = f"{name}{node.op_type}" if name else "", name
        node.input[:] = [renamed[value] for value in node.input]
        node.output[:] = [renamed[value] for value in node.output]
    for item in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        item.name = renamed[item.name]
    model.graph.name = model.doc_string = model.producer_name = name
    model.graph.node[0].attribute.add(name="auto_pad", type=3, s=b"NOTSET")
    helper.set_model_props(model, {name: name})
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert codes(loaded) == ["converted-verified"]
    inputs = torch.rand(1, 3, 8, 8)
    assert torch.allclose(cpu(loaded)(inputs), files.eager(inputs), atol=1e-5)
    layers = [layer for layer, _ in cpu(loaded).named_modules()]
    assert all(part.isidentifier() for layer in layers if layer for part in layer.split("."))
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_attributes_do_nothing(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = files.built(files.convolution(), files.weights())
    model.graph.node[0].attribute.append(helper.make_attribute("auto_pad", text))
    custom = helper.make_node(text or "x", ["f"], ["unused"], domain=text, name="odd")
    model.graph.node.append(custom)
    path = files.saved(model, tmp_path / "m")
    with pytest.raises(ModelError):
        load_model(path)
    from xai_core.models.onnx.conversion import to_torch
    from xai_core.models.onnx.picture_input import picture_input

    del model.graph.node[-1]
    module = to_torch(model, picture_input(model))
    module(torch.rand(1, 3, 8, 8))
    assert not (tmp_path / "canary").exists()


def test_names_that_differ_in_a_dot_stay_two(tmp_path: Path) -> None:
    model = files.built(files.convolution(), files.weights())
    for node in model.graph.node:
        node.input[:] = [{"b": "w.1", "w": "w_1"}.get(value, value) for value in node.input]
    for item in model.graph.initializer:
        item.name = {"b": "w.1", "w": "w_1"}.get(item.name, item.name)
    inputs = torch.rand(1, 3, 8, 8)
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert torch.allclose(cpu(loaded)(inputs), files.eager(inputs), atol=1e-5)
