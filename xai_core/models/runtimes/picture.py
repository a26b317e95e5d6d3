"""A runtime of one tensor as a predictor of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import ModelError, first_line
from xai_core.base.input_spec import InputSpec
from xai_core.models.keras.layout import Layout

Shape = tuple[int, int, int]
SIZES = (224, 299, 256, 128, 96, 64, 32)
Once = Callable[[np.ndarray], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class PictureRuntime:
    """A model in a runtime.

    Attributes:
        once: the tensor of one picture in, as `kind`; outputs by name.
        title: of the runtime, with its version. layout: how a picture goes in.
        kind: NumPy's name of the number type. scale, zero: of whole numbers, what they stand for.
    """

    once: Once
    title: str
    layout: Layout
    kind: str
    scale: float = 0.0
    zero: int = 0

    @property
    def whole_numbers(self) -> bool:
        """It takes integers, which cannot move by a little."""
        return np.dtype(self.kind).kind in "iu"

    def predict(self, inputs: Inputs) -> Any:
        """float32 `[B, C, H, W]` -> the output; all outputs by name where there are several.

        Maps `[B, h, w, K]` of a model with channels last come as `[B, K, h, w]`.
        """
        parts = [self._one(picture[None]) for picture in inputs]
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return next(iter(joined.values())) if len(joined) == 1 else joined

    def spec(self, shape: Shape) -> InputSpec:
        """The usual preprocessing; none at all for plain whole numbers from 0 to 255."""
        usual = InputSpec.for_shape(*shape)
        if not self.whole_numbers or self.scale:
            return usual
        zeros, steps = (0.0,) * usual.channels, (1 / 255,) * usual.channels
        return InputSpec(*shape, usual.fit, usual.resize, zeros, steps)

    def shape(self, wanted: Shape | None) -> Shape:
        """A `(C, H, W)` that it takes: the wanted one, its own, or the first usual one.

        Raises:
            ModelError: `forward-failed`, it takes none of them.
        """
        layout, first = self.layout, None
        own = (layout.channels, layout.height, layout.width)
        usual = [(layout.channels, size, size) for size in SIZES]
        for shape in [wanted] if wanted else [own, *usual]:
            try:
                self.predict(np.full((1, *shape), 0.5, np.float32))
            except ModelError as error:
                first = first or error
            else:
                return shape
        raise first or ModelError("No shape was tried.", code="forward-failed")

    def _one(self, picture: Inputs) -> dict[str, np.ndarray]:
        import torch

        given = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))
        try:
            outputs = self.once(self._numbers(self.layout.arrange(given).numpy()))
        except Exception as cause:  # runtimes' errors share no base
            raise ModelError(
                f"{self.title} fails on a picture of {picture.shape[1:]}: {first_line(cause)}",
                "Check channels and size of the input.",
                code="forward-failed",
            ) from cause
        return {name: self._plain(value) for name, value in outputs.items()}

    def _numbers(self, given: np.ndarray) -> np.ndarray:
        kind = np.dtype(self.kind)
        if kind.kind in "iu":
            ends = np.iinfo(kind)
            scaled = given / self.scale + self.zero if self.scale else given
            given = scaled.round().clip(ends.min, ends.max)
        return np.ascontiguousarray(given, dtype=kind)

    def _plain(self, value: np.ndarray) -> np.ndarray:
        array = np.asarray(value)
        if self.layout.kind != "channels_first" and array.ndim == 4:
            array = array.transpose(0, 3, 1, 2)
        array = array if array.ndim else array[None]
        return array.astype(np.float32) if array.dtype.kind == "f" else array.copy()
