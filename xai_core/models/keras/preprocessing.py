"""Which numbers a Keras model expects of a picture.

Nothing in the file says it. What the model does first does (a Rescaling or Normalization layer
inside means that it takes raw values), and so does the name of a known application.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from xai_core.models.keras.layout import Layout
from xai_core.pictures.preprocessing import InputSpec

RAW_STEP = 1 / 20  # a first layer that scales by less than this takes 0..255
RAW_MEAN = 2.0  # a mean above this is one of 0..255
PASSED = re.compile(r"Random|InputLayer|Reshape|Resizing|CenterCrop|Functional|Sequential|Model")


Range = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and deviation: what becomes of a value in [0, 1] is `(value - mean) / deviation`."""
IMAGENET: Range = (InputSpec.mean, InputSpec.std)
RAW: Range = ((0.0,), (1 / 255,))
UNIT: Range = ((0.0,), (1.0,))
SIGNED: Range = ((0.5,), (0.5,))
APPLICATIONS: tuple[tuple[str, Range], ...] = (
    # keras.applications.*.preprocess_input; the patterns are the names that it gives its models
    (r"mobilenet(v2)?_\d|mobilenetv2|mobilenet|inception|xception|nasnet|resnet\d+v2", SIGNED),
    (r"densenet\d+", IMAGENET),
    # less a mean, in BGR order, which is left to the picture
    (r"resnet\d+|vgg1[69]", ((0.4580, 0.4580, 0.4580), (1 / 255, 1 / 255, 1 / 255))),
)


def input_spec(layout: Layout, layers: Iterable[Any], names: Iterable[str]) -> InputSpec:
    """How a picture becomes the input; Keras' own loader squeezes it to size, so this does.

    Args:
        layers: of the model, in order. names: of the model and of the models inside.
    """
    mean, std = (_spread(values, layout.channels) for values in expected(layers, names))
    short = min(layout.height, layout.width)
    return InputSpec(layout.channels, layout.height, layout.width, "squash", short, mean, std)


def expected(layers: Iterable[Any], names: Iterable[str]) -> Range:
    """The range of values; 0 to 1 where nothing tells."""
    first = next((layer for layer in layers if not PASSED.search(type(layer).__name__)), None)
    kind = type(first).__name__
    if kind == "Rescaling" and _largest(getattr(first, "scale", 1.0)) < RAW_STEP:
        return RAW
    if kind == "Normalization" and _largest(getattr(first, "mean", 0.0)) > RAW_MEAN:
        return RAW
    if kind not in ("Rescaling", "Normalization"):
        for pattern, found in APPLICATIONS:
            if any(re.match(pattern, name.lower()) for name in names):
                return found
    return UNIT


def _spread(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == channels:
        return values
    return (sum(values) / len(values),) * channels


def _largest(value: Any) -> float:
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return float(np.max(np.abs(np.asarray(value, dtype=np.float64)))) if value is not None else 0.0
