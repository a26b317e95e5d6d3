"""Which of transformers' families weights are of, by the names of their tensors."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from xai_core.models.peek.safetensors import safetensors_header
from xai_core.models.pickles.skeleton import walk
from xai_core.models.pickles.torch_file import kind_of, read_torch_file

FAMILIES = (
    *("vit", "deit", "beit", "swin", "swinv2", "convnext", "convnextv2", "resnet", "regnet"),
    *("mobilevit", "mobilevitv2", "segformer", "dinov2", "dinov2_with_registers", "levit", "bit"),
    *("mobilenet_v1", "mobilenet_v2", "efficientnet", "focalnet", "poolformer", "cvt", "pvt"),
    *("dinat", "glpn", "dpt", "data2vec_vision", "vit_msn", "vit_mae", "hiera", "ijepa"),
)
FIRST = "embeddings|embedder|encoder|layers|stages|conv_stem|stem|patch_embeddings|layer"
OWN = re.compile(rf"^(?P<before>(?:\w+\.)*?)(?P<family>{'|'.join(FAMILIES)})\.(?:{FIRST})\.")
BARE = (
    ("clip_vision_model", "vision_model.embeddings.class_embedding", ""),
    ("detr", "class_labels_classifier.weight", ""),
    ("dinov2", "embeddings.patch_embeddings.projection.weight", "layer_scale1.lambda1"),
    ("beit", "embeddings.patch_embeddings.projection.weight", "lambda_1"),
    ("deit", "embeddings.distillation_token", ""),
    ("vit", "embeddings.patch_embeddings.projection.weight", "layernorm_before.weight"),
)
"""A body or a family without a name of its own: a tensor, and another that sets it apart."""
NAMES = {
    **{"clip_vision_model": "CLIP", "detr": "DETR", "vit": "ViT", "deit": "DeiT", "beit": "BEiT"},
    **{"swin": "Swin", "swinv2": "Swin v2", "convnext": "ConvNeXt", "convnextv2": "ConvNeXt v2"},
    **{"resnet": "ResNet", "mobilevit": "MobileViT", "segformer": "SegFormer", "dinov2": "DINOv2"},
}


def family_of(names: Collection[str]) -> tuple[str, str] | None:
    """The family, and what stands before its own names (`model.`); None for other weights."""
    for name in names:
        found = OWN.match(name)
        if found is not None:
            return found["family"], found["before"]
    for family, anchor, mark in BARE:
        for name in names:
            if name.endswith(anchor) and (name == anchor or name[-len(anchor) - 1] == "."):
                # Swin has such a projection, too, and windows in its blocks.
                other = any(".blocks." in one for one in names)
                if not other and any(one.endswith(mark) for one in names):
                    return family, name.removesuffix(anchor)
    return None


def title_of(family: str) -> str:
    """The family's name for a person."""
    return NAMES.get(family, family)


def tensor_names(path: Path) -> frozenset[str]:
    """Names in a file of weights; empty for any other file. Never raises."""
    header = safetensors_header(path)
    if header is not None:
        return frozenset(header.keys() - {"__metadata__"})
    if kind_of(path) != "weights":
        return frozenset()
    return frozenset(_keys(path))


def _keys(path: Path) -> Iterator[str]:
    for item in walk(read_torch_file(path).contents.root):
        if isinstance(item, dict):
            yield from (key for key in dict.keys(item) if isinstance(key, str))
