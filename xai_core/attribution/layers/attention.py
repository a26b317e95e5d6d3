"""The attention of a transformer's layers in one pass, also where fused kernels hide it.

Timm, torchvision and transformers call `scaled_dot_product_attention`, which gives no weights; in
its place softmax(q kᵀ / √d) v is computed for the pass. A softmax whose result is square is taken
where a model computes its attention by itself.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers.layer_gradient import as_map
from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.capabilities import Layer
    from xai_core.attribution.scorer import Scorer

_PATCHING = threading.RLock()  # functions of torch, which are one for all threads


@dataclass(frozen=True)
class Attended:
    """One pass on one picture.

    Attributes:
        weights: `[heads, N, N]` of each layer, from the first to the last; a row adds up to 1.
        slopes: d score / d each. tokens: a layer whose output lies on the picture.
    """

    weights: tuple[Tensor, ...]
    slopes: tuple[Tensor, ...]
    tokens: Layer

    @property
    def read(self) -> Tensor:
        """`[N]`, adding up to 1: the tokens whose last attention reaches the score, alike."""
        rows = (self.slopes[-1].abs().amax((0, 2)) > 0).float()
        return rows / rows.sum().clamp_min(1)

    def drawn(self, relevance: Tensor) -> Tensor:
        """`[1, 1, h, w]` of `[N]` relevances of the first layer's tokens."""
        return as_map(relevance[None, :, None], self.tokens)


def attended(scorer: Scorer, inputs: Tensor) -> Attended:
    """The attention on one picture `[1, C, H, W]`.

    Raises:
        MethodError: no layer attends, or not from all tokens to all (windows, other resolutions),
            or where the tokens lie on the picture cannot be told.
    """
    import torch

    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.attribution.passes.calls import Calls

    seen = AttentionWeights()
    plain = scorer.unfolded()
    with torch.enable_grad(), seen_layers(plain.module) as ran, Calls(seen.watch):
        score = sound_batch_norm(plain(inputs.detach().requires_grad_(True)).sum())
    weights = seen.of_all_tokens()
    slopes = torch.autograd.grad(score, weights, allow_unused=True)
    if all(slope is None for slope in slopes):
        raise MethodError("The score does not depend on the model's attention.", code="no-gradient")
    known = [torch.zeros_like(w) if s is None else s for w, s in zip(weights, slopes, strict=True)]
    layers = read_layers(plain.module, inputs, ran)
    tokens = tokens_of(layers, weights[0].shape[-1])
    heads = [one.detach().reshape(-1, *one.shape[-2:]) for one in weights]
    return Attended(
        tuple(heads),
        tuple(slope.reshape(-1, *slope.shape[-2:]) for slope in known),
        tokens,
    )


class AttentionWeights:
    """Collects attention weights, and shows those that a fused kernel would hide."""

    def __init__(self) -> None:
        self._seen: list[Tensor] = []

    def watch(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        from xai_core.attribution.passes.calls import call_name

        name = call_name(function)
        if name == "scaled_dot_product_attention":
            return self._explicit(*args, **kwargs)
        if name == "multi_head_attention_forward":
            with self._inside():
                return function(*args, **kwargs)
        given = function(*args, **kwargs)
        return self._noted(given) if name == "softmax" else given

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """torch hands on its own attention as one call, whose parts no mode sees."""
        import torch.nn.functional as F  # noqa: N812 - its usual name

        with _PATCHING:
            fused, softmax = F.scaled_dot_product_attention, F.softmax
            noted = _here(lambda *args, **named: self._noted(softmax(*args, **named)), softmax)
            F.scaled_dot_product_attention, F.softmax = _here(self._explicit, fused), noted
            try:
                yield
            finally:
                F.scaled_dot_product_attention, F.softmax = fused, softmax

    def _noted(self, weights: Tensor) -> Tensor:
        if _is_square(weights):
            self._seen.append(weights)
        return weights

    def _explicit(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        import torch

        if enable_gqa:
            groups = query.shape[-3] // key.shape[-3]
            key, value = (one.repeat_interleave(groups, -3) for one in (key, value))
        logits = query @ key.transpose(-2, -1) * (scale or 1 / math.sqrt(query.shape[-1]))
        if is_causal:
            hidden = torch.ones(logits.shape[-2:], dtype=torch.bool, device=logits.device).triu(1)
            logits = logits.masked_fill(hidden, -math.inf)
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            logits = logits.masked_fill(~attn_mask, -math.inf)
        elif attn_mask is not None:
            logits = logits + attn_mask
        return self._noted(logits.softmax(-1)) @ value

    def of_all_tokens(self) -> list[Tensor]:
        """`[1, heads, N, N]` of each layer. Raises `MethodError` where that is not what it is."""
        if not self._seen:
            raise MethodError(
                "No layer of this model attends from tokens to tokens.",
                "Attention is followed in vision transformers; choose a gradient or CAM method.",
                code="no-attention",
            )
        shapes = {(one.shape[0] if one.ndim == 4 else 1, one.shape[-1]) for one in self._seen}
        if len(shapes) > 1 or next(iter(shapes))[0] != 1:
            raise MethodError(
                "Attention cannot be followed through this model: it looks within windows, or at "
                "several resolutions (Swin and its like), so that its layers' weights are not "
                "about the same tokens.",
                "Choose a gradient or CAM method.",
                code="no-attention",
            )
        return self._seen


def _here(changed: Callable[..., Tensor], plain: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The changed function for this thread, and the plain one for any other."""
    mine = threading.get_ident()

    def call(*args: Any, **named: Any) -> Tensor:
        return (changed if threading.get_ident() == mine else plain)(*args, **named)

    return call


def _is_square(weights: object) -> bool:
    import torch

    return (
        isinstance(weights, torch.Tensor)
        and weights.ndim in (3, 4)
        and weights.shape[-1] == weights.shape[-2] > 1
        and weights.requires_grad
    )


def tokens_of(layers: tuple[Layer, ...], count: int) -> Layer:
    """A layer with so many tokens on the picture. Raises `MethodError` where there is none."""
    for one in layers:
        shape = one.output_shape or ()
        if one.layout == "NLC" and len(shape) == 3 and shape[1] == count:
            return one
    raise MethodError(
        f"Where on the picture the {count} tokens lie cannot be told.",
        "Choose a gradient method.",
        code="no-attention",
    )
