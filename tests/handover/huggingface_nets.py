"""Small networks of transformers, with random weights; the default ones are far larger."""

from __future__ import annotations

from typing import Any

import torch
import transformers as hf
from transformers import PreTrainedModel

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
TOKENS = {**SMALL, "intermediate_size": 64, "image_size": 64, "patch_size": 16}
NAMES = {"id2label": dict(enumerate(("ant", "bee", "cat", "dog", "elk")))}


def vit(**more: Any) -> PreTrainedModel:
    return made(hf.ViTForImageClassification, hf.ViTConfig(**{**TOKENS, **NAMES, **more}))


def deit(**more: Any) -> PreTrainedModel:
    config = hf.DeiTConfig(**{**TOKENS, **NAMES, **more})
    return made(hf.DeiTForImageClassificationWithTeacher, config)


def beit(**more: Any) -> PreTrainedModel:
    config = hf.BeitConfig(use_relative_position_bias=True, **{**TOKENS, **NAMES, **more})
    return made(hf.BeitForImageClassification, config)


def swin(**more: Any) -> PreTrainedModel:
    small = {"image_size": 64, "patch_size": 4, "embed_dim": 16, "depths": [1, 1, 2]}
    heads = {"num_heads": [2, 2, 4], "window_size": 4}
    config = hf.SwinConfig(**{**small, **heads, **NAMES, **more})
    return made(hf.SwinForImageClassification, config)


def convnext(**more: Any) -> PreTrainedModel:
    small = {"hidden_sizes": [16, 24, 32, 40], "depths": [1, 1, 2, 1], "image_size": 64}
    return made(hf.ConvNextForImageClassification, hf.ConvNextConfig(**{**small, **NAMES, **more}))


def resnet(**more: Any) -> PreTrainedModel:
    small = {"embedding_size": 16, "hidden_sizes": [16, 24, 32, 40], "depths": [1, 1, 2, 1]}
    config = hf.ResNetConfig(layer_type="basic", **{**small, **NAMES, **more})
    return made(hf.ResNetForImageClassification, config)


def mobilevit(**more: Any) -> PreTrainedModel:
    small = {"hidden_sizes": [24, 32, 40], "neck_hidden_sizes": [8, 8, 16, 16, 24, 24, 64]}
    config = hf.MobileViTConfig(image_size=64, num_attention_heads=4, **{**small, **NAMES, **more})
    return calibrated(made(hf.MobileViTForImageClassification, config))


def segformer(**more: Any) -> PreTrainedModel:
    small = {"hidden_sizes": [16, 16, 24, 32], "depths": [1, 1, 1, 1], "decoder_hidden_size": 24}
    heads = {"num_attention_heads": [1, 2, 2, 4]}
    config = hf.SegformerConfig(**{**small, **heads, **NAMES, **more})
    return made(hf.SegformerForSemanticSegmentation, config)


def detr(**more: Any) -> PreTrainedModel:
    body = hf.ResNetConfig(
        embedding_size=16,
        hidden_sizes=[16, 24, 32, 40],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage4"],
    )
    small = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "num_queries": 6}
    wide = {"encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "encoder_attention_heads": 2}
    config = hf.DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=body,
        decoder_attention_heads=2,
        **{**small, **wide, **NAMES, **more},
    )
    return made(hf.DetrForObjectDetection, config)


def dinov2(**more: Any) -> PreTrainedModel:
    return made(hf.Dinov2Model, hf.Dinov2Config(**{**TOKENS, **more}))


def clip_vision(**more: Any) -> PreTrainedModel:
    config = hf.CLIPVisionConfig(projection_dim=24, **{**TOKENS, **more})
    return made(hf.CLIPVisionModelWithProjection, config)


def clip(**more: Any) -> PreTrainedModel:
    text = {**SMALL, "intermediate_size": 64, "vocab_size": 100, "max_position_embeddings": 16}
    config = hf.CLIPConfig(text_config=text, vision_config=dict(TOKENS), projection_dim=24, **more)
    return made(hf.CLIPModel, config)


def made(kind: type[PreTrainedModel], config: Any) -> PreTrainedModel:
    """Weights large enough that no gradient drowns in rounding: the library starts near zero."""
    torch.manual_seed(0)
    net = kind(config).eval()
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            if tensor.ndim > 1:
                tensor.normal_(0, (1.5 / tensor[0].numel()) ** 0.5)
            elif name.endswith("bias"):
                tensor.normal_(0, 0.05)
        for name, buffer in net.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 2)
    return net


def calibrated(net: PreTrainedModel) -> PreTrainedModel:
    """With the statistics of a batch: else a deep network of SiLU passes nothing on."""
    norms = [one for one in net.modules() if isinstance(one, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        net.train()(torch.randn(8, 3, 64, 64))
    return net.eval()


class ClassToken(torch.nn.Module):
    """What stands for the picture in a body that was saved without its pooler."""

    def __init__(self, body: torch.nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.body(pictures).last_hidden_state[:, 0]
        return found


class Pictures(torch.nn.Module):
    """What CLIP finds in a picture, without the texts."""

    def __init__(self, clip: PreTrainedModel) -> None:
        super().__init__()
        self.clip = clip

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        found = self.clip.vision_model(pixel_values=pictures).pooler_output
        embedding: torch.Tensor = self.clip.visual_projection(found)
        return embedding
