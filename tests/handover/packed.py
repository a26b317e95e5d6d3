"""A small network in the packages that teams keep models in, laid out as their writers do."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import nn

SIZE = 48
SOURCE = """from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        pooled = (nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 3))
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), *pooled)
"""
NEVER = "raise SystemExit('the code that serves it was run')\n"
NAMES = ("cat", "dog", "fox")


def network() -> nn.Module:
    """With the tensors of `SOURCE`'s."""
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
    return nn.Sequential(*layers, nn.Linear(16, 3)).eval()


def mlflow(folder: Path, flavour: str, **said: Any) -> Path:
    """`MLmodel` of a flavour, with a signature, in a new folder."""
    (folder / "data").mkdir(parents=True)
    tensor = {"dtype": "float32", "shape": [-1, 3, SIZE, SIZE]}
    inputs = json.dumps([{"type": "tensor", "tensor-spec": tensor}])
    flavours = {"python_function": {"loader_module": f"mlflow.{flavour}"}, flavour: said}
    told = {"flavors": flavours, "mlflow_version": "3.17.2", "signature": {"inputs": inputs}}
    (folder / "MLmodel").write_text(yaml.safe_dump(told), encoding="utf-8")
    return folder


def mar(path: Path, model: Mapping[str, str], files: Mapping[str, bytes]) -> Path:
    """As `torch-model-archiver` lays it out."""
    manifest = {"archiverVersion": "0.12.0", "model": {"modelName": "net", **model}}
    files = {**files, "handler.py": NEVER.encode()}
    return zipped(path, {**files, "MAR-INF/MANIFEST.json": json.dumps(manifest).encode()})


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, folder: Path, mode: str = "w:gz") -> Path:
    """All in a folder, as `tar -C folder .` packs it."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        archive.add(folder, ".")
    return path


def gzipped(path: Path, source: Path) -> Path:
    """One file."""
    with gzip.open(path, "wb") as packed, source.open("rb") as plain:
        shutil.copyfileobj(plain, packed)
    return path


def saved(net: nn.Module, path: Path) -> bytes:
    """The bytes of the whole module, which are in the file afterwards."""
    torch.save(net, path)
    return path.read_bytes()


def external_onnx(net: nn.Module, folder: Path) -> Path:
    """A graph with its weights in a second file, as MLflow writes it."""
    import onnx

    given = (torch.zeros(1, 3, SIZE, SIZE),)
    torch.onnx.export(net, given, str(folder / "plain"), dynamo=False, verbose=False)
    graph, path = onnx.load(str(folder / "plain")), folder / "model.onnx"
    kept = {"location": "weights.data", "size_threshold": 0}
    onnx.save_model(graph, str(path), save_as_external_data=True, **kept)
    (folder / "plain").unlink()
    return path
