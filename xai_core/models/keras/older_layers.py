"""What Keras 2 had and Keras 3 has no more, as layers and functions for its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from xai_core.base.errors import ModelError
from xai_core.models.keras.older_nodes import HARD_SIGMOID, LAYER_SCALE, REPLACEMENT, SCALED_SUM


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return ops.mean(x, axis, keepdims)


def _total(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return ops.sum(x, axis, keepdims)


def _largest(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return ops.max(x, axis, keepdims)


def _clip(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    return ops.clip(t, clip_value_min, clip_value_max)


def _gelu(x: Any, approximate: bool = False) -> Any:
    return ops.gelu(x, approximate)


def _leaky_relu(x: Any, alpha: float = 0.2) -> Any:
    return ops.leaky_relu(x, alpha)


def _softmax(x: Any, axis: int = -1) -> Any:
    return ops.softmax(x, axis)


def _concat(values: Any, axis: int) -> Any:
    return ops.concatenate(values, axis)


def _reshape(x: Any, shape: Any) -> Any:
    return ops.reshape(x, shape)


def _transpose(x: Any, perm: Any = None) -> Any:
    return ops.transpose(x, perm)


CALLS: dict[str, Callable[..., Any]] = {
    "__operators__.add": ops.add,
    "math.add": ops.add,
    "math.subtract": ops.subtract,
    "math.multiply": ops.multiply,
    "math.truediv": ops.true_divide,
    "math.divide": ops.true_divide,
    "math.maximum": ops.maximum,
    "math.minimum": ops.minimum,
    "math.pow": ops.power,
    "math.negative": ops.negative,
    "math.abs": ops.absolute,
    "math.exp": ops.exp,
    "math.log": ops.log,
    "math.sqrt": ops.sqrt,
    "math.square": ops.square,
    "math.tanh": ops.tanh,
    "math.sigmoid": ops.sigmoid,
    "nn.sigmoid": ops.sigmoid,
    "nn.relu": ops.relu,
    "nn.relu6": ops.relu6,
    "nn.silu": ops.silu,
    "nn.swish": ops.silu,
    "nn.elu": ops.elu,
    "nn.gelu": _gelu,
    "nn.leaky_relu": _leaky_relu,
    "nn.softmax": _softmax,
    "math.reduce_mean": _mean,
    "math.reduce_sum": _total,
    "math.reduce_max": _largest,
    "clip_by_value": _clip,
    "concat": _concat,
    "reshape": _reshape,
    "transpose": _transpose,
}
"""TensorFlow's name of a function to the one of Keras that computes the same."""


class TensorFlowCall(keras.layers.Layer):  # type: ignore[misc]
    """One TensorFlow call, computed by Keras' own function of that meaning.

    Args:
        function: as Keras 2 named it. constants: plain arguments by name; "0" is the first.
        tensors: argument names of the layer's inputs, in order; several "0" make a list.
    """

    def __init__(
        self, function: str, constants: dict[str, Any], tensors: list[str], **rest: Any
    ) -> None:
        super().__init__(**rest)
        if function not in CALLS:
            raise ModelError(
                f"The model calls TensorFlow's `tf.{function}`, which has no counterpart here.",
                "Save the model again with Keras 3.",
                code="missing-code",
                missing=[f"tf.{function}"],
            )
        self.function, self.constants, self.tensors = function, constants, tensors

    def call(self, inputs: Any) -> Any:
        """The call on what the layer is given."""
        given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        first = [x for name, x in zip(self.tensors, given, strict=True) if name == "0"]
        named = {n: x for n, x in zip(self.tensors, given, strict=True) if n != "0"}
        named |= {name: value for name, value in self.constants.items() if name != "0"}
        if self.function == "concat":
            return CALLS[self.function](first, **named)
        start = first[0] if first else self.constants["0"]
        if set(named) == {"y"}:
            return CALLS[self.function](start, named["y"])
        return CALLS[self.function](start, **named)


class ScaledSum(keras.layers.Layer):  # type: ignore[misc]
    """x + scale · y: a layer of Keras 2's own InceptionResNetV2."""

    def __init__(self, scale: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        """The sum of the two inputs."""
        return inputs[0] + inputs[1] * self.scale


class LayerScale(keras.layers.Layer):  # type: ignore[misc]
    """x · γ, one γ a channel: a layer of Keras 2's own ConvNeXt."""

    def __init__(self, init_values: float, projection_dim: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.init_values, self.projection_dim = init_values, projection_dim

    def build(self, _: Any) -> None:
        """Make γ."""
        start = keras.initializers.Constant(self.init_values)
        self.gamma = self.add_weight(shape=(self.projection_dim,), initializer=start, name="gamma")

    def call(self, x: Any) -> Any:
        """The input, scaled."""
        return x * self.gamma


def hard_sigmoid(x: Any) -> Any:
    """Keras 2's own: a line of slope 0.2 through 0.5, cut at 0 and 1."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


OLDER = {
    HARD_SIGMOID: hard_sigmoid,
    REPLACEMENT: TensorFlowCall,
    SCALED_SUM: ScaledSum,
    LAYER_SCALE: LayerScale,
}
"""Custom objects for every file of Keras 2."""
