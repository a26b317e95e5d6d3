"""What is deployed: TensorFlow Lite and OpenVINO."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import torch

from tests.handover.case import Case, Handed
from tests.handover.packed import SIZE, network, zipped

FAMILY = "runtimes"
LITE = Path(__file__).parents[2] / "models" / "runtimes"


def openvino(folder: Path) -> Path:
    """`model.xml` with `model.bin` beside it, of `network()`."""
    import openvino as library

    given = (torch.zeros(1, 3, SIZE, SIZE),)
    torch.onnx.export(network(), given, str(folder / "net"), dynamo=False, verbose=False)
    model = library.Core().read_model((folder / "net").read_bytes())
    library.save_model(model, folder / "model.xml", compress_to_fp16=False)
    return folder / "model.xml"


def _openvino(folder: Path) -> Handed:
    path = openvino(folder)
    files = {one.name: one.read_bytes() for one in (path, path.with_suffix(".bin"))}
    return Handed(zipped(folder / "model.zip", files))


def _lite(name: str) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        return Handed(Path(shutil.copy(LITE / name, folder / "model.tflite")))

    return write


CASES = (
    Case(FAMILY, "OpenVINO, both files in a zip", _openvino, "inference-only", heavy=True),
    Case(FAMILY, "TensorFlow Lite", _lite("float.tflite"), heavy=True),
    Case(
        FAMILY,
        "TensorFlow Lite, quantised",
        _lite("quantised.tflite"),
        "inference-only",
        heavy=True,
    ),
)
