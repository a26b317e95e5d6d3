"""Configurations of vision transformers whose tokens keep one size: ViT, DeiT, BEiT, DINOv2."""

from __future__ import annotations

import math

from xai_core.models.huggingface.shapes import HEADS_UNKNOWN, Read, Tensors

HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16}
"""Attention heads of published vision transformers by their width; no tensor shows them."""
HEADS_ASSUMED = "the number of attention heads, by its width, and the activation"


def tokens(tensors: Tensors) -> Read:
    """ViT, DeiT and their kin."""
    width, channels, patch = tensors.projection()
    inner = tensors.get(r"intermediate\.dense\.weight|mlp\.fc1\.weight")[0]
    config = {
        "hidden_size": width,
        "num_channels": channels,
        "patch_size": patch,
        "intermediate_size": inner,
        "num_hidden_layers": tensors.numbers(r"layers?\.(\d+)\."),
        "num_attention_heads": HEADS.get(width, 0),
        "qkv_bias": tensors.at(r"query\.bias|q_proj\.bias") is not None,
    }
    places = tensors.at(r"position_embeddings")
    if places is not None:
        extra = 2 if tensors.at("distillation_token") else 1
        config["image_size"] = math.isqrt(places[1] - extra) * patch
    lacking = "" if width in HEADS else HEADS_UNKNOWN
    return Read(config, HEADS_ASSUMED, lacking)


def dinov2(tensors: Tensors) -> Read:
    """DINOv2; the largest, whose layers have a gate, gives no whole ratio."""
    width, channels, patch = tensors.projection()
    places = tensors.get("position_embeddings")
    config = {
        "hidden_size": width,
        "num_channels": channels,
        "patch_size": patch,
        "mlp_ratio": max(1, tensors.get(r"mlp\.fc1\.weight")[0] // width),
        "num_hidden_layers": tensors.numbers(r"layer\.(\d+)\."),
        "num_attention_heads": HEADS.get(width, 0),
        "image_size": math.isqrt(places[1] - 1) * patch,
        "use_mask_token": tensors.at("mask_token") is not None,
    }
    lacking = "" if width in HEADS else HEADS_UNKNOWN
    return Read(config, HEADS_ASSUMED, lacking)


def beit(tensors: Tensors) -> Read:
    """BEiT; its table of relative positions tells heads and window."""
    read = tokens(tensors)
    table = tensors.at("relative_position_bias_table")
    config = {
        **read.config,
        "use_absolute_position_embeddings": tensors.at("position_embeddings") is not None,
        "use_relative_position_bias": table is not None,
        "use_mean_pooling": tensors.at(r"pooler\.layernorm\.weight") is not None,
        "use_mask_token": tensors.at("mask_token") is not None,
    }
    if table is None:
        return Read(config, read.assumed, read.lacking)
    window = (math.isqrt(table[0] - 3) + 1) // 2
    config |= {"num_attention_heads": table[1], "image_size": window * config["patch_size"]}
    return Read(config)
