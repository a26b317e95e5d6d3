"""TorchScript, exported programs and ONNX."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper
from torch import nn

from tests.corpus.attack import Attack, Places
from tests.models.formats import onnx_files
from tests.models.formats.hostile import Reduced


class Saves(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, self.path)
        return x


class Maps(nn.Module):
    """Maps a file into memory; a shared mapping makes the file where there is none."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__()
        self.path, self.size = path, size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        held = torch.from_file(self.path, self.size > 7, self.size)
        return x + held.sum()


class AtLoad(nn.Module):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.conv = nn.Conv2d(3, 2, 3)

    @torch.jit.export
    def __getstate__(self) -> tuple[str, bool]:
        return (self.path, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]) -> None:
        self.path = state[0]
        self.training = state[1]
        torch.save(torch.ones(1), self.path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def scripted(build: Callable[[Places], nn.Module]) -> Callable[[Path, Places], object]:
    return lambda path, places: path.write_bytes(script_bytes(build(places)))


def script_bytes(model: nn.Module) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(model.eval()), buffer)
    return buffer.getvalue()


def rewritten(
    source: bytes, path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes]
) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(source)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in extra.items():
            new.writestr(name, data)


def _traced_name(path: Path, places: Places) -> None:
    model = nn.Sequential()
    model.add_module(
        f"w or open({str(places.canary)!r}, 'w')".replace(".", "_"), nn.Conv2d(3, 4, 3)
    )
    torch.jit.trace(model.eval(), torch.rand(1, 3, 8, 8)).save(path)


def _script_bomb(path: Path, places: Places) -> None:
    path.write_bytes(script_bytes(nn.Sequential(nn.ReLU())))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as out:
        out.writestr("archive/code/bomb.py", bytes(200 * 2**20))


def _script_twice(path: Path, places: Places) -> None:
    path.write_bytes(script_bytes(nn.Sequential(nn.ReLU())))
    with zipfile.ZipFile(path) as old:
        name = next(item for item in old.namelist() if item.endswith(".py"))
    with zipfile.ZipFile(path, "a") as out:
        out.writestr(name, b"import os")


def _script_pickle(path: Path, places: Places) -> None:
    hostile = Reduced(exec, places.theft)
    rewritten(
        script_bytes(nn.Sequential(nn.ReLU())),
        path,
        lambda name, data: _pickled(hostile) if name.endswith("data.pkl") else data,
        {},
    )


def _pickled(value: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    with zipfile.ZipFile(buffer) as archive:
        return archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))


def program() -> bytes:
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    buffer = io.BytesIO()
    torch.export.save(torch.export.export(model, (torch.rand(1, 3, 8, 8),)), buffer)
    return buffer.getvalue()


def _program_pickle(path: Path, places: Places) -> None:
    buffer = io.BytesIO()
    torch.save(Reduced(exec, places.theft), buffer)
    hostile = buffer.getvalue()
    rewritten(
        program(),
        path,
        lambda name, data: hostile if name.endswith("sample_inputs/model.pt") else data,
        {"archive/extra.pkl": hostile},
    )


def _program_node(path: Path, places: Places) -> None:
    theft = f"__import__('builtins').exec({places.theft!r})".encode()

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("model.json"):
            return data
        return data.replace(b"torch.ops.aten.flatten.using_ints", b"builtins.exec").replace(
            b'"p_0_weight"', b'"' + theft.replace(b'"', b"'").replace(b"\\", b"\\\\") + b'"'
        )

    rewritten(program(), path, change, {})


def external(
    place: Callable[[Places], str], zipped: bool = False
) -> Callable[[Path, Places], object]:
    """A weight whose numbers are said to be in another file."""

    def write(path: Path, places: Places) -> None:
        model = onnx_files.built(onnx_files.convolution(), onnx_files.weights())
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=place(places))
        onnx_files.saved(model, path)
        if zipped:
            data = path.read_bytes()
            with zipfile.ZipFile(path, "w") as out:
                out.writestr("m/model.onnx", data)
                out.writestr("m/../../secret", b"x")

    return write


def named(text: Callable[[Places], str]) -> Callable[[Path, Places], object]:
    """Node names, attributes and texts that some converters write into source code."""

    def write(path: Path, places: Places) -> None:
        model = onnx_files.built(onnx_files.convolution(), onnx_files.weights())
        for number, node in enumerate(model.graph.node):
            node.name, node.doc_string = f"{text(places)}{number}", text(places)
        model.graph.name = model.producer_name = text(places)
        onnx_files.saved(model, path)

    return write


def _custom(path: Path, places: Places) -> None:
    nodes = [helper.make_node("PyOp", ["x"], ["y"], domain="ai.onnx.contrib", module="os")]
    onnx_files.saved(onnx_files.built(nodes, {}), path)


def _dims(path: Path, places: Places) -> None:
    model = onnx_files.built(onnx_files.convolution(), onnx_files.weights())
    model.graph.initializer[0].dims[:] = [2**40, 2**20]
    onnx_files.saved(model, path)


def _huge_constant(path: Path, places: Places) -> None:
    shape = {"s": np.array([2**33, 1, 1, 1], np.int64)}
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["z"]),
        helper.make_node("Add", ["x", "z"], ["y"]),
    ]
    onnx_files.saved(onnx_files.built(nodes, shape), path)


def touching(places: Places) -> str:
    return f"n'); __import__('pathlib').Path({str(places.canary)!r}).touch(); ('"


SCRIPTS = {
    "saves-when-run": scripted(lambda p: Saves(str(p.canary))),
    "maps-a-new-file": scripted(lambda p: Maps(str(p.canary), 8)),
    "maps-the-secret": scripted(lambda p: Maps(str(p.secret), 4)),
    "saves-when-loaded": scripted(lambda p: AtLoad(str(p.canary))),
    "pickle-inside": _script_pickle,
    "name-becomes-code": _traced_name,
    "code-bomb": _script_bomb,
    "two-sources": _script_twice,
}
PROGRAMS = {
    "pickle-inside": _program_pickle,
    "operator-is-exec": _program_node,
    "truncated": lambda path, p: path.write_bytes(program()[:-200]),
}
ONNX = {
    "weights-in-the-secret": external(lambda p: str(p.secret)),
    "weights-above": external(lambda p: "../" * 12 + str(p.secret).lstrip("/")),
    "weights-in-passwd": external(lambda p: "/etc/passwd", zipped=True),
    "name-becomes-code": named(touching),
    "name-has-lines": named(lambda p: f"a\n    {touching(p)}\n    b"),
    "name-is-template": named(lambda p: "{self.__class__.__init__.__globals__}"),
    "python-operator": _custom,
    "sizes-that-lie": _dims,
    "huge-constant": _huge_constant,
}
ATTACKS = tuple(
    Attack(kind, name, write)
    for kind, table in (("torchscript", SCRIPTS), ("pt2", PROGRAMS), ("onnx", ONNX))
    for name, write in table.items()
)
