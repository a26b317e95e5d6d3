"""A TensorFlow function as a torch module whose backward pass is TensorFlow's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_core.models.tensorflow.source import Source
from xai_core.targets.marks import Mark, mark


class TensorFlowModule(nn.Module):
    """`[B, C, H, W]` in; the output, or all of them by name. Its gradient is GradientTape's.

    It has no layers and no parameters in torch's sight, and is single precision throughout. An
    output that a softmax or sigmoid gives is marked with what goes into it.

    Args:
        ends: `output -> (kind, name)` of those that `source` gives only for that: see `before`.
    """

    def __init__(self, source: Source, ends: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__()
        self._source, self._ends = source, dict(ends or {})

    def forward(self, inputs: Tensor) -> Any:
        """The function's outputs."""
        names: list[str] = []
        values = _Call.apply(inputs, self._source, names)  # type: ignore[no-untyped-call]
        outputs = dict(zip(names, values, strict=True))
        for name, (kind, hidden) in self._ends.items():
            mark(outputs[name], Mark(kind, outputs.pop(hidden)))
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def __deepcopy__(self, memo: dict[int, Any]) -> TensorFlowModule:
        # A copy would be taken for one that computes in double precision.
        raise TypeError("a TensorFlow function cannot be copied")


class _Call(torch.autograd.Function):
    """Runs the function; the backward pass runs it again, under a tape."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, source: Source, names: list[str]) -> tuple[Tensor, ...]:
        outputs = source.run(inputs)
        names.extend(outputs)
        values = tuple(
            torch.from_numpy(np.array(array)).to(inputs.device) for array in outputs.values()
        )
        ctx.save_for_backward(inputs)
        ctx.source, ctx.names = source, tuple(outputs)
        ctx.mark_non_differentiable(*(v for v in values if not v.is_floating_point()))
        ctx.set_materialize_grads(False)
        return values

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, None, None]:
        (inputs,) = ctx.saved_tensors
        wanted = {
            name: gradient.detach().cpu().float().numpy()
            for name, gradient in zip(ctx.names, gradients, strict=True)
            if gradient is not None
        }
        try:
            found = ctx.source.gradient(inputs.cpu(), wanted) if wanted else None
        except LookupError as cause:
            raise RuntimeError(f"TensorFlow has no gradient of an operation: {cause}") from cause
        result = None if found is None else torch.from_numpy(found).to(inputs)
        return result, None, None
