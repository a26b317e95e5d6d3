"""A model as a TensorFlow function of one tensor: its predictions, and its own input gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.base.errors import ModelError, first_line
from xai_core.models.keras.layout import Layout

if TYPE_CHECKING:
    from torch import Tensor

FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Source:
    """A TensorFlow function.

    Attributes:
        call: a tensor in; tensors by name out. Differentiable by a GradientTape.
        function: the ConcreteFunction behind it, for a conversion.
        names: of all outputs, in the order of the function's.
        layout: how a picture goes in. dtype: of the input, as NumPy calls it.
        loaded_by: in a few words.
    """

    call: Callable[[Any], Mapping[str, Any]]
    function: Any
    names: tuple[str, ...]
    layout: Layout
    dtype: str
    loaded_by: str

    @property
    def whole_numbers(self) -> bool:
        """The input takes integers, which cannot move by a little."""
        return self.dtype not in FLOATS

    @property
    def outputs(self) -> list[Any]:
        """The function's symbolic outputs. A tape lengthens its list by what it keeps."""
        return list(self.function.outputs[: len(self.names)])

    def predict(self, inputs: Any) -> Any:
        """float32 `[B, C, H, W]` -> the output; all outputs by name where there are several.

        Dense maps `[B, h, w, K]` of a channels-last model come as `[B, K, h, w]`.
        """
        import torch

        outputs = self.run(torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32)))
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def run(self, inputs: Tensor) -> Arrays:
        """The outputs by name, in single precision."""
        outputs = self._outputs(self._given(inputs))
        return {name: _single(value.numpy()) for name, value in outputs.items()}

    def gradient(self, inputs: Tensor, wanted: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """`Σ wanted · ∂outputs/∂inputs` by GradientTape, `[B, C, H, W]`; None where it is absent.

        Raises:
            LookupError: an operation has no gradient in TensorFlow.
        """
        import tensorflow as tf
        import torch

        given = self._given(inputs)
        with tf.GradientTape() as tape:
            tape.watch(given)
            outputs = self._outputs(given)
            score = tf.add_n(
                [
                    tf.reduce_sum(tf.cast(outputs[name], tf.float32) * weights)
                    for name, weights in wanted.items()
                ]
            )
        found = tape.gradient(score, given)
        if found is None:
            return None
        return self._back(torch.from_numpy(_single(found.numpy())), inputs)

    def _back(self, gradient: Tensor, inputs: Tensor) -> np.ndarray:
        """A gradient of the function's input as one of `inputs`."""
        import torch

        leaf = inputs.detach().clone().requires_grad_(True)
        with torch.enable_grad():
            (back,) = torch.autograd.grad(self.layout.arrange(leaf), leaf, gradient)
        return np.asarray(back.numpy())

    def _given(self, inputs: Tensor) -> Any:
        import tensorflow as tf

        array = self.layout.arrange(inputs.detach().float()).contiguous().numpy()
        if self.whole_numbers:
            array = array.round()
        return tf.cast(tf.constant(array), self.dtype)

    def _outputs(self, given: Any) -> dict[str, Any]:
        import tensorflow as tf

        try:
            outputs = self.call(given)
        except (tf.errors.OpError, TypeError, ValueError) as cause:
            text = first_line(getattr(cause, "message", cause))
            raise ModelError(
                f"TensorFlow fails on an input of shape {tuple(given.shape)}: {text}",
                "Check channels and size of the input.",
                code="forward-failed",
            ) from cause
        numbers = {name: value for name, value in outputs.items() if value.dtype != tf.string}
        return {name: self._picture_axes(value) for name, value in numbers.items()}

    def _picture_axes(self, value: Any) -> Any:
        import tensorflow as tf

        if self.layout.kind != "channels_first" and value.shape.rank == 4:
            return tf.transpose(value, (0, 3, 1, 2))
        return value


def _single(array: Any) -> np.ndarray:
    given = np.asarray(array)
    floating = given.dtype.kind == "f" or given.dtype.name == "bfloat16"
    return given.astype(np.float32) if floating else given
