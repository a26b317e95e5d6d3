"""Small Keras networks, written to files; Keras runs on torch here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from xai_core.models.keras.backend import import_keras

keras = import_keras()
layers = keras.layers


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Rescaling(1 / 127.5, offset=-1.0),
            layers.Conv2D(6, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, name="last"),
            layers.ReLU(max_value=6.0),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(5),
        ]
    )


def functional() -> Any:
    start = keras.Input((None, None, 1))
    x = layers.DepthwiseConv2D(3, depth_multiplier=4, padding="same", activation="relu")(start)
    y = layers.SeparableConv2D(4, 3, padding="same", name="last")(x)
    x = layers.Activation("relu")(x + 0.5 * y)
    return keras.Model(start, layers.Dense(3, "softmax")(layers.GlobalMaxPooling2D()(x)))


def nested() -> Any:
    body = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Conv2D(4, 3, activation="relu", name="last")], name="body"
    )
    start = keras.Input((12, 12, 3))
    return keras.Model(start, layers.Dense(3)(layers.Flatten()(body(start))))


def channels_first() -> Any:
    order: dict[str, Any] = {"data_format": "channels_first"}
    return keras.Sequential(
        [
            keras.Input((3, 14, 12)),
            layers.Conv2D(5, 3, activation="relu", name="last", **order),
            layers.BatchNormalization(axis=1),
            layers.GlobalAveragePooling2D(**order),
            layers.Dense(4),
        ]
    )


def flattened() -> Any:
    return keras.Sequential(
        [keras.Input((10, 10)), layers.Flatten(), layers.Dense(8, "relu"), layers.Dense(3)]
    )


NETS: dict[str, Callable[[], Any]] = {
    "sequential": sequential,
    "functional": functional,
    "nested": nested,
    "channels-first": channels_first,
    "flattened": flattened,
}
SUFFIXES = {"keras": ".keras", "keras-h5": ".h5"}


def made(build: Callable[[], Any]) -> Any:
    """The network with weights and statistics that are all different."""
    keras.utils.set_random_seed(3)
    model = build()
    draw = np.random.default_rng(0)
    shifts = [draw.random(w.shape, np.float32) - (w.ndim > 1) / 2 for w in model.get_weights()]
    weights = zip(model.get_weights(), shifts, strict=True)
    model.set_weights([w + 0.2 * shift for w, shift in weights])
    return model


def saved(model: Any, kind: str, folder: Path) -> Path:
    """A file of that format whose name tells nothing."""
    proper = folder / f"x{SUFFIXES[kind]}"
    model.save(proper)
    return proper.rename(folder / "4711.bin")


def pictures(shape: tuple[int, int, int], count: int = 2) -> torch.Tensor:
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(0)) * 255


def plain(model: Any, inputs: torch.Tensor) -> torch.Tensor:
    """The original model on `[B, C, H, W]`, laid out for it by hand."""
    rank, last = len(model.input_shape), model.input_shape[-1]
    if rank == 3:
        return model(inputs[:, 0], training=False)
    return model(inputs.permute(0, 2, 3, 1) if last in (1, 3) else inputs, training=False)
