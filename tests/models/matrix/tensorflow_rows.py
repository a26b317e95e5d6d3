"""TensorFlow: SavedModels and graphs of both versions, which `write.py` of its tests writes.

The models come out of an environment variable, because TensorFlow's own interpreter writes them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.metadata import files
from pathlib import Path

import numpy as np

from tests.models.matrix.row import Row, Truth
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec

Models = Path


def rows(models: Path) -> tuple[Row, ...]:
    """Of the models in that folder."""
    verified = "converted-verified"
    return (
        Row("Keras model, exported", "savedmodel", "ready", _of(models, "keras"), code=verified),
        Row("`tf.Module`, saved", "savedmodel", "ready", _of(models, "plain"), code=verified),
        Row(
            "an operation torch has not",
            "savedmodel",
            "input-gradients",
            _of(models, "taped"),
            code="layers-hidden",
        ),
        Row(
            "`tf.stop_gradient` inside",
            "savedmodel",
            "inference-only",
            _of(models, "stopped"),
            code="no-gradient",
        ),
        Row("TF1 SavedModel", "tf1-savedmodel", "ready", _of(models, "tf1"), code=verified),
        Row("TF1 frozen graph", "tf1-graph", "ready", _of(models, "frozen"), code="graph-nodes"),
        Row(
            "TF1 graph, not frozen",
            "tf1-graph",
            "rejected",
            _of(models, "unfrozen"),
            code="missing-weights",
        ),
        Row(
            "retinaface (TF1 frozen graph)",
            "tf1-graph",
            "ready",
            _retinaface,
            lambda _: LoadOptions(input_spec=InputSpec.for_shape(3, 64, 64)),
            code=verified,
            heavy=True,
        ),
    )


def _of(models: Path, name: str) -> Callable[[Path], Truth | None]:
    def write(path: Path) -> Truth | None:
        folder = models / name
        if folder.is_dir():
            archive = shutil.make_archive(str(path), "zip", models, name)
            Path(archive).replace(path)
        else:
            shutil.copy(models / f"{name}.pb", path)
        if not (models / f"{name}.npz").exists():
            return None
        with np.load(models / f"{name}.npz") as told:
            output = told["outputs"][:1]
            return Truth(told["inputs"][:1], output, int(output[0].argmax()), told["gradient"][:1])

    return write


def _retinaface(path: Path) -> None:
    (graph,) = [file for file in files("retinaface") or () if file.name == "frozen_graph.pb"]
    shutil.copy(Path(str(graph.locate())), path)
