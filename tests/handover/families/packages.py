"""What stands around a model: MLflow, TorchServe, SageMaker, plain archives."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from tests.handover.case import Case, Handed
from tests.handover.packed import (
    NAMES,
    NEVER,
    SIZE,
    SOURCE,
    external_onnx,
    gzipped,
    mar,
    mlflow,
    network,
    saved,
    tarred,
    zipped,
)
from xai_core.models.formats.base import LoadOptions

FAMILY = "packages"


def _mlflow_module(folder: Path) -> Handed:
    place, net = mlflow(folder / "model", "pytorch", model_data="data"), network()
    saved(net, place / "data/model.pth")
    return Handed(place, net)


def _mlflow_program(folder: Path) -> Handed:
    place, net = mlflow(folder / "model", "pytorch", model_data="data"), network()
    program = torch.export.export(net, (torch.zeros(1, 3, SIZE, SIZE),))
    torch.export.save(program, str(place / "data/model.pt2"))
    files = {
        f"model/{one.relative_to(place)}": one.read_bytes()
        for one in place.rglob("*")
        if one.is_file()
    }
    return Handed(zipped(folder / "model.zip", files), net)


def _mlflow_onnx(folder: Path) -> Handed:
    place, net = mlflow(folder / "model", "onnx", data="model.onnx"), network()
    external_onnx(net, place)
    return Handed(place, net)


def _mlflow_keras(folder: Path) -> Handed:
    from xai_core.models.keras.backend import import_keras

    keras = import_keras()
    place = mlflow(folder / "model", "keras", data="data", keras_version="3.15.1")
    layers = (keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.GlobalAveragePooling2D())
    net = keras.Sequential([keras.layers.Input((32, 32, 3)), *layers, keras.layers.Dense(3)])
    net.save(place / "data/model.keras")
    return Handed(place)


def _mar_script(folder: Path) -> Handed:
    net = network()
    torch.jit.script(net).save(str(folder / "net.pt"))
    labels = json.dumps({str(i): [f"n{i}", name] for i, name in enumerate(NAMES)})
    files = {"net.pt": (folder / "net.pt").read_bytes(), "index_to_name.json": labels.encode()}
    return Handed(mar(folder / "net.mar", {"serializedFile": "net.pt"}, files), net)


def _mar_weights(folder: Path) -> Handed:
    net = network()
    torch.save(net.state_dict(), folder / "net.pth")
    files = {"net.pth": (folder / "net.pth").read_bytes(), "model.py": SOURCE.encode()}
    said = {"serializedFile": "net.pth", "modelFile": "model.py"}
    path = mar(folder / "net.mar", said, files)
    return Handed(path, net, proposed=(LoadOptions(trust=True),))


def _sagemaker(folder: Path) -> Handed:
    net, place = network(), folder / "packed"
    (place / "code").mkdir(parents=True)
    (place / "code/inference.py").write_text(NEVER, encoding="utf-8")
    saved(net, place / "model.pth")
    return Handed(tarred(folder / "model.tar.gz", place), net)


def _gzip(folder: Path) -> Handed:
    net = network()
    saved(net, folder / "net.pth")
    return Handed(gzipped(folder / "net.pth.gz", folder / "net.pth"), net)


def _several(folder: Path) -> Handed:
    net = network()
    data = saved(net, folder / "net.pth")
    path = zipped(folder / "nets.zip", {"first/net.pth": data, "second/net.pth": data})
    return Handed(path, net, proposed=(LoadOptions(member="second/net.pth"),))


CASES = (
    Case(FAMILY, "MLflow folder of a module, its size by the signature", _mlflow_module),
    Case(FAMILY, "zip of an MLflow folder, exported program", _mlflow_program, heavy=True),
    Case(FAMILY, "MLflow folder, ONNX with weights in a second file", _mlflow_onnx),
    Case(FAMILY, "MLflow folder, Keras", _mlflow_keras, heavy=True),
    Case(FAMILY, "TorchServe archive of a script", _mar_script, heavy=True),
    Case(
        FAMILY,
        "TorchServe archive of weights and model.py, trusted",
        _mar_weights,
        says=("The package holds `model.py`",),
    ),
    Case(FAMILY, "SageMaker's model.tar.gz", _sagemaker, heavy=True),
    Case(FAMILY, "one file packed by gzip", _gzip, heavy=True),
    Case(
        FAMILY,
        "zip of two models, one named",
        _several,
        says=("`first/net.pth`, `second/net.pth`",),
        heavy=True,
    ),
)
