"""Small files of every format, written by the libraries themselves or by hand."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from xai_core.base.storage.bundle import bundled


class Tiny(nn.Module):
    """A network of the usual layers that scripting, tracing and exporting know."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.norm(self.features(x))).mean((2, 3)))


def usual_layers() -> nn.Sequential:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
    return nn.Sequential(
        body,
        nn.MaxPool2d(2),
        nn.ModuleDict({"one": nn.Identity()})["one"],
        nn.Conv2d(4, 8, 3),
        nn.GroupNorm(2, 8),
        nn.GELU(),
        nn.Upsample(scale_factor=2),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(32, 10),
    ).eval()


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


NODE = message(1, b"x") + message(2, b"Placeholder")
GRAPH_DEF = message(1, NODE) + message(1, message(1, b"y") + message(2, b"Relu"))
SAVED_1 = number(1, 1) + message(2, message(1, b"") + message(2, GRAPH_DEF))
SAVED_2 = number(1, 1) + message(2, message(2, GRAPH_DEF) + message(7, message(1, b"")))
ONNX = (
    number(1, 8)
    + message(2, b"pytorch")
    + message(7, message(1, message(1, b"x") + message(4, b"Relu")) + message(2, b"main"))
    + message(8, number(2, 18))
)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(64)


def zipped(names: dict[str, bytes]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in names.items():
                archive.writestr(name, data)

    return write


def _safetensors(path: Path) -> None:
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))


def _exported(path: Path) -> None:
    program = torch.export.export(Tiny().eval(), (torch.rand(1, 3, 8, 8),))
    with path.open("wb") as file:
        torch.export.save(program, file)


def _keras_h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = '{"class_name": "Sequential", "config": {"layers": []}}'


KERAS = {"config.json": b"{}", "metadata.json": b"{}", "model.weights.h5": HDF5}


def _hugging_face(path: Path) -> None:
    weights = path.with_name(f"{path.name}-weights")
    save_file({"classifier.weight": torch.zeros(2, 3)}, weights)
    files = {"config.json": b'{"model_type": "vit"}', "model.safetensors": weights.read_bytes()}
    weights.unlink()
    path.write_bytes(bundled(files))


SAMPLES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "module": ("torch-eager", lambda p: torch.save(usual_layers(), p)),
    "module-in-dict": ("torch-eager", lambda p: torch.save({"model": usual_layers()}, p)),
    "module-legacy": (
        "torch-eager",
        lambda p: torch.save(usual_layers(), p, _use_new_zipfile_serialization=False),
    ),
    "state-dict": ("torch-weights", lambda p: torch.save(Tiny().state_dict(), p)),
    "state-dict-legacy": (
        "torch-weights",
        lambda p: torch.save(Tiny().state_dict(), p, _use_new_zipfile_serialization=False),
    ),
    "checkpoint": ("torch-weights", lambda p: torch.save({"state_dict": Tiny().state_dict()}, p)),
    "safetensors": ("torch-weights", _safetensors),
    "hugging-face-zip": ("huggingface", _hugging_face),
    "scripted": ("torchscript", lambda p: torch.jit.script(Tiny().eval()).save(p)),
    "traced": (
        "torchscript",
        lambda p: torch.jit.trace(Tiny().eval(), torch.rand(1, 3, 8, 8)).save(p),
    ),
    "frozen": (
        "torchscript",
        lambda p: torch.jit.freeze(torch.jit.script(Tiny().eval())).save(p),
    ),
    "exported": ("torch-export", _exported),
    "onnx": ("onnx", lambda p: p.write_bytes(ONNX)),
    "onnx-broken-off": ("onnx", lambda p: p.write_bytes(ONNX[:20])),
    "keras": ("keras", zipped(KERAS)),
    "keras-h5": ("keras-h5", _keras_h5),
    "savedmodel": ("savedmodel", lambda p: p.write_bytes(SAVED_2)),
    "savedmodel-zip": ("savedmodel", zipped({"m/saved_model.pb": SAVED_2})),
    "tf1-savedmodel": ("tf1-savedmodel", lambda p: p.write_bytes(SAVED_1)),
    "tf1-graph": ("tf1-graph", lambda p: p.write_bytes(GRAPH_DEF)),
    "tflite": ("tflite", lambda p: p.write_bytes(b"\x1c\0\0\0TFL3" + bytes(64))),
    "openvino": (
        "openvino",
        lambda p: p.write_text('<?xml version="1.0"?>\n<net name="m"><layers></layers></net>'),
    ),
}

STRANGERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "core-ml": (
        "inference-format",
        lambda p: p.write_bytes(number(1, 4) + message(2, message(1, b"x")) + message(500, b"y")),
    ),
    "core-ml-package": (
        "inference-format",
        zipped({"m.mlpackage/Data/com.apple.CoreML/model.mlmodel": b"x"}),
    ),
    "ncnn": ("inference-format", lambda p: p.write_text("7767517\n1 1\n")),
    "tensorflow-js": (
        "inference-format",
        lambda p: p.write_text('{"format": "layers-model", "modelTopology": {}}'),
    ),
    "keras-json": ("unknown-format", lambda p: p.write_text('{"class_name": "Sequential"}')),
    "tensorflow-checkpoint": (
        "unknown-format",
        lambda p: p.write_bytes(bytes(40) + bytes.fromhex("57fb808b247547db")),
    ),
    "numpy-arrays": ("unknown-format", lambda p: np.savez(p.open("wb"), a=np.zeros(3))),
    "hdf5-weights": ("unknown-format", lambda p: p.write_bytes(HDF5)),
    "zip": ("unknown-format", zipped({"readme.txt": b"hello"})),
    "broken-zip": ("corrupt-file", lambda p: p.write_bytes(b"PK\x03\x04" + bytes(40))),
    "text": ("unknown-format", lambda p: p.write_text("hello, this is a text\n" * 9)),
    "zeros": ("unknown-format", lambda p: p.write_bytes(bytes(4096))),
    "plain-pickle": ("unknown-format", lambda p: p.write_bytes(b"\x80\x04]q\0.")),
    "html": ("unknown-format", lambda p: p.write_text("<!doctype html><html></html>")),
    "empty": ("corrupt-file", lambda p: p.write_bytes(b"")),
    "folder": ("unknown-format", lambda p: p.mkdir()),
}
