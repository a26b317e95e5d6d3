"""A batch normalisation with fixed statistics, as a call in a forward pass makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

BUILT_IN = ("input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps")
FUNCTIONAL = (
    "input",
    "running_mean",
    "running_var",
    "weight",
    "bias",
    "training",
    "momentum",
    "eps",
)


@dataclass(frozen=True, eq=False)
class FixedNorm:
    """y = (x − mean) / √(variance + eps) · weight + bias, for each channel."""

    weight: Tensor | None
    bias: Tensor | None
    mean: Tensor
    variance: Tensor
    eps: float

    @property
    def trained(self) -> tuple[Tensor | None, Tensor | None]:
        """Weight and bias."""
        return self.weight, self.bias

    @property
    def tensors(self) -> tuple[Tensor | None, ...]:
        """All of them, always in the same order."""
        return *self.trained, self.mean, self.variance

    def fits(self, output: Tensor) -> bool:
        """Whether it was made for the channels and the numbers of `output`."""
        return all(
            one.numel() == output.shape[1] and one.dtype == output.dtype and not one.is_inference()
            for one in self.tensors
            if one is not None
        )

    def is_(self, other: FixedNorm) -> bool:
        """Whether both hold the very same tensors."""
        pairs = zip(self.tensors, other.tensors, strict=True)
        return self.eps == other.eps and all(mine is its for mine, its in pairs)

    def replaced(self, others: Mapping[int, Tensor]) -> FixedNorm:
        """With other trained tensors, by the `id` of the own ones."""
        weight, bias = (None if one is None else others.get(id(one), one) for one in self.trained)
        return replace(self, weight=weight, bias=bias)

    @property
    def inverse(self) -> Tensor:
        """1 / √(variance + eps), in double precision."""
        return (self.variance.double() + self.eps).rsqrt()

    def folded(self, weight: Tensor, bias: Tensor | None, inverse: Tensor) -> tuple[Tensor, Tensor]:
        """Weight and bias of a layer whose output channels come first, with this norm behind it.

        inverse: `self.inverse`, which is the same for all that is trained.
        """
        import torch

        with torch.no_grad():
            scale = inverse if self.weight is None else inverse * self.weight
            shift = -self.mean * scale if bias is None else (bias - self.mean) * scale
            if self.bias is not None:
                shift = shift + self.bias
            wide = scale.to(weight.dtype).reshape(-1, *[1] * (weight.ndim - 1))
            return weight * wide, shift.to(weight.dtype)


def norm_of(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, FixedNorm] | None:
    """The input and the norm of a call of `batch_norm`; None for any other call."""
    from torch import Tensor
    from torch.nn import functional

    from xai_core.attribution.passes.calls import call_name

    if call_name(function) != "batch_norm":
        return None
    order = FUNCTIONAL if function is functional.batch_norm else BUILT_IN
    given = {**dict(zip(order, args, strict=False)), **kwargs}
    mean, variance = given.get("running_mean"), given.get("running_var")
    if given.get("training", False) or not isinstance(mean, Tensor):
        return None
    if not isinstance(variance, Tensor):
        return None
    norm = FixedNorm(given.get("weight"), given.get("bias"), mean, variance, given.get("eps", 1e-5))
    return given["input"], norm
