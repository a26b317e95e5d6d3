"""A family's configuration out of the shapes of its tensors, where they say all that counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xai_core.models.huggingface.shapes import Read, Shapes, Tensors
from xai_core.models.huggingface.stage_shapes import convnext, resnet, segformer, swin
from xai_core.models.huggingface.token_shapes import beit, dinov2, tokens

READERS: Mapping[str, Callable[[Tensors], Read]] = {
    **dict.fromkeys(("vit", "deit"), tokens),
    "beit": beit,
    "dinov2": dinov2,
    "swin": swin,
    **dict.fromkeys(("convnext", "convnextv2"), convnext),
    "resnet": resnet,
    "segformer": segformer,
}


def read_shapes(family: str, shapes: Shapes) -> Read | None:
    """The configuration; None for a family whose shapes are not read.

    Raises:
        TypeError, ValueError: a tensor that the family has is not there.
    """
    reader = READERS.get(family)
    if reader is None:
        return None
    tensors = Tensors(shapes)
    read = reader(tensors)
    labels = tensors.at(r"classifier(?:\.1)?\.weight|cls_classifier\.weight")
    if labels is None:
        return read
    return Read({**read.config, "num_labels": labels[0]}, read.assumed, read.lacking)
