"""Wrote `float.tflite` and `quantised.tflite`: `.venv-tensorflow/bin/python write.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf  # type: ignore[import-not-found, unused-ignore]


def main(folder: Path) -> None:
    tf.keras.utils.set_random_seed(0)
    layers = tf.keras.layers
    first = [layers.Input((32, 32, 3)), layers.Conv2D(8, 3, activation="relu")]
    middle = [layers.DepthwiseConv2D(3), layers.ReLU(6.0), layers.GlobalAveragePooling2D()]
    net = tf.keras.Sequential([*first, *middle, layers.Dense(5), layers.Softmax()])
    net.export(str(folder / "saved"))
    converter: Any = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved"))
    (folder / "float.tflite").write_bytes(converter.convert())
    draws = np.random.default_rng(0)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [draws.random((1, 32, 32, 3), np.float32)] for _ in range(10)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    (folder / "quantised.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
