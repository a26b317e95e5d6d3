"""ONNX files, exported from eager networks or built by hand."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn


def network() -> nn.Sequential:
    """Usual layers, with batch statistics that are not those of a fresh network."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, groups=2),
        nn.ReLU6(),
        nn.Conv2d(12, 12, 1),
        nn.SiLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(12, 6),
    )
    with torch.no_grad():
        net.train()(torch.randn(16, 3, 32, 32))
    return net.eval()


def exported(
    net: nn.Module, path: Path, dynamo: bool = True, shape: tuple[int, ...] = (1, 3, 32, 32), **more
) -> Path:
    torch.onnx.export(
        net,
        (torch.rand(shape),),
        path,
        dynamo=dynamo,
        verbose=False,
        external_data=more.pop("external_data", False),
        **more,
    )
    return path


def zipped(path: Path, files: list[Path], folder: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, folder + file.name)
    return path


def built(
    nodes: list[onnx.NodeProto],
    weights: dict[str, np.ndarray],
    shape: tuple[object, ...] = (1, 3, 8, 8),
    kind: int = TensorProto.FLOAT,
    out: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    """A model from `x` to `y`."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", out, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


def convolution(source: str = "x", result: str = "y") -> list[onnx.NodeProto]:
    """Convolution, rectifier, pooling and a linear head with the weights of `weights()`."""
    return [
        helper.make_node("Conv", [source, "w", "b"], ["c"], name="conv"),
        helper.make_node("Relu", ["c"], ["r"], name="relu"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flat"),
        helper.make_node("Gemm", ["f", "h", "k"], [result], name="head"),
    ]


def weights(kind: type = np.float32) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    shapes = {"w": (5, 3, 3, 3), "b": (5,), "h": (5, 4), "k": (4,)}
    return {name: draw.normal(size=shape).astype(kind) for name, shape in shapes.items()}


def eager(convolved: torch.Tensor) -> torch.Tensor:
    """What `convolution` computes, by hand."""
    held = {name: torch.from_numpy(value) for name, value in weights().items()}
    features = torch.relu(nn.functional.conv2d(convolved, held["w"], held["b"]))
    return features.mean((2, 3)) @ held["h"] + held["k"]


def saved(model: onnx.ModelProto, path: Path) -> Path:
    buffer = io.BytesIO()
    onnx.save_model(model, buffer)
    path.write_bytes(buffer.getvalue())
    return path
