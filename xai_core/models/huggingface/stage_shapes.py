"""Configurations of networks in stages: Swin, ConvNeXt, ResNet, SegFormer."""

from __future__ import annotations

import math
from typing import Any

from xai_core.models.huggingface.shapes import HEADS_UNKNOWN, Read, Tensors

SEGFORMER_HEADS: dict[tuple[int, ...], tuple[int, ...]] = dict.fromkeys(
    ((32, 64, 160, 256), (64, 128, 320, 512)), (1, 2, 5, 8)
)


def swin(tensors: Tensors) -> Read:
    """Swin; its tables of relative positions tell heads and windows."""
    width, channels, patch = tensors.projection()
    stages = tensors.numbers(r"encoder\.layers\.(\d+)\.")
    tables = [
        tensors.get(rf"layers\.{one}\.blocks\.0\..*relative_position_bias_table")
        for one in range(stages)
    ]
    config = {
        "embed_dim": width,
        "num_channels": channels,
        "patch_size": patch,
        "depths": [tensors.numbers(rf"layers\.{one}\.blocks\.(\d+)\.") for one in range(stages)],
        "num_heads": [table[1] for table in tables],
        "window_size": (math.isqrt(tables[0][0]) + 1) // 2,
        "mlp_ratio": tensors.get(r"intermediate\.dense\.weight|mlp\.fc1\.weight")[0] / width,
        "use_absolute_embeddings": tensors.at("position_embeddings") is not None,
    }
    return Read(config)


def convnext(tensors: Tensors) -> Read:
    """ConvNeXt, both versions: shapes say all but the activation."""
    patches = tensors.get(r"embeddings\.patch_embeddings\.weight")
    stages = tensors.numbers(r"encoder\.stages\.(\d+)\.")
    return Read(
        {
            "num_channels": patches[1],
            "patch_size": patches[2],
            "num_stages": stages,
            "hidden_sizes": [
                tensors.get(rf"stages\.{one}\.layers\.0\.dwconv\.weight")[0]
                for one in range(stages)
            ],
            "depths": [
                tensors.numbers(rf"stages\.{one}\.layers\.(\d+)\.") for one in range(stages)
            ],
        }
    )


def resnet(tensors: Tensors) -> Read:
    """ResNet, of basic or bottleneck blocks."""
    stem = tensors.get(r"embedder\.embedder\.convolution\.weight")
    stages = tensors.numbers(r"encoder\.stages\.(\d+)\.")
    last = tensors.numbers(r"stages\.0\.layers\.0\.layer\.(\d+)\.") - 1
    end = rf"layers\.0\.layer\.{last}\.convolution\.weight"
    return Read(
        {
            "num_channels": stem[1],
            "embedding_size": stem[0],
            "layer_type": "basic" if last == 1 else "bottleneck",
            "hidden_sizes": [tensors.get(rf"stages\.{one}\.{end}")[0] for one in range(stages)],
            "depths": [
                tensors.numbers(rf"stages\.{one}\.layers\.(\d+)\.") for one in range(stages)
            ],
        },
        "where the strides are",
    )


def segformer(tensors: Tensors) -> Read:
    """SegFormer, of the published widths."""
    first = [
        tensors.get(rf"(?:patch_embeddings\.{one}|{one}\.patch_embeddings)\.proj\.weight")
        for one in range(4)
    ]
    widths = tuple(shape[0] for shape in first)
    depths = [
        tensors.numbers(rf"(?:block\.{one}|stages\.{one}\.blocks)\.(\d+)\.") for one in range(4)
    ]
    config: dict[str, Any] = {
        "num_channels": first[0][1],
        "hidden_sizes": list(widths),
        "depths": depths,
        "num_attention_heads": list(SEGFORMER_HEADS.get(widths, ())),
    }
    decoder = tensors.at(r"decode_head\.linear_fuse\.weight")
    if decoder is not None:
        config["decoder_hidden_size"] = decoder[0]
    lacking = "" if widths in SEGFORMER_HEADS else HEADS_UNKNOWN
    return Read(config, "the number of attention heads, by its widths, and the activation", lacking)
