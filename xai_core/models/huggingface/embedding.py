"""The embedding that a body without a head gives, in the place of all that it puts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

CLASS_TOKENS = ("cls_token", "class_embedding", "cls_embeddings", "class_token")
POOLED = {"image_embeds": "what its projection gives", "pooler_output": "what its pooling gives"}


@dataclass(frozen=True)
class Embedding:
    """Called as a forward hook, so that the model's layers keep their names.

    class_token: the first token stands for the picture; else the average of all does.
    """

    class_token: bool

    def __call__(self, module: nn.Module, args: Any, output: Any) -> Any:
        """`[B, D]`; an output of another kind as it is."""
        found = self.of(output)
        return output if found is None else found[1]

    def of(self, output: Any) -> tuple[str, Tensor] | None:
        """Where it comes from, in words, and `[B, D]`; None where the output holds none."""
        if not isinstance(output, Mapping) or "logits" in output:
            return None
        for name, told in POOLED.items():
            pooled: Tensor | None = output.get(name)
            if pooled is not None:
                return told, pooled.flatten(1)
        tokens: Tensor | None = output.get("last_hidden_state")
        if tokens is None:
            return None
        if tokens.ndim == 4:
            return "the average of its last map", tokens.flatten(2).mean(2)
        if self.class_token:
            return "its class token", tokens[:, 0]
        return "the average of its tokens", tokens.mean(1)


def embedding_of(network: nn.Module) -> Embedding:
    """How the embedding of this body is taken."""
    ends = tuple(f".{name}" for name in CLASS_TOKENS)
    return Embedding(any(f".{name}".endswith(ends) for name, _ in network.named_parameters()))
