"""Hugging Face: what `save_pretrained` writes, as a folder, a zip, or its weights alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import timm
import torch
import transformers as hf
from timm.models import save_for_hf
from torch import Tensor

from tests.handover import huggingface_nets as nets
from tests.handover.case import Case, Handed
from xai_core.models.formats.base import LoadOptions

FAMILY = "Hugging Face"
Make = Callable[..., Any]
PROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": 64, "width": 64},
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
}


def logits(output: Any) -> Tensor:
    found: Tensor = output.logits
    return found if found.ndim == 2 else found.flatten(2).mean(2)


def pooled(output: Any) -> Tensor:
    found: Tensor = output.pooler_output
    return found.flatten(1)


def boxes(output: Any) -> Tensor:
    """What stands for a detector as a whole; its boxes are in `tests/models/huggingface`."""
    found: Tensor = output.logits
    return found.mean((1, 2))[:, None]


def saved(net: Any, folder: Path, processor: dict[str, Any] | None = None) -> Path:
    net.save_pretrained(folder / "model")
    (folder / "model" / "preprocessor_config.json").write_text(json.dumps(processor or PROCESSOR))
    return folder / "model"


def _folder(make: Make, scores: Callable[[Any], Tensor] = logits) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        net = make()
        return Handed(saved(net, folder), net, scores)

    return write


def _zipped(folder: Path) -> Handed:
    net = nets.convnext()
    saved(net, folder)
    return Handed(
        Path(shutil.make_archive(str(folder / "up"), "zip", folder, "model")), net, logits
    )


def _bin(folder: Path) -> Handed:
    """As transformers below 4.35 wrote it by default."""
    net = nets.vit()
    place = saved(net, folder)
    old = hf.ViTForImageClassification.from_pretrained(place).state_dict()
    (place / "model.safetensors").unlink()
    torch.save(old, place / "pytorch_model.bin")
    return Handed(place, net, logits)


def _beside(folder: Path) -> Handed:
    net = nets.beit()
    return Handed(saved(net, folder) / "model.safetensors", net, logits)


def _lone(make: Make, name: str = "model.safetensors") -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        net = make(num_labels=5, id2label=None)
        place = saved(net, folder) / "model.safetensors"
        return Handed(Path(shutil.copy(place, folder / name)), net, logits)

    return write


def _lone_without_heads(folder: Path) -> Handed:
    net = nets.vit()
    place = saved(net, folder)
    lone = Path(shutil.copy(place / "model.safetensors", folder / "vit.safetensors"))
    return Handed(lone, net, logits)


def _state_dict(folder: Path) -> Handed:
    """`torch.save(model.state_dict())` of a published width, under a trainer's prefix."""
    net = nets.deit(hidden_size=192, num_attention_heads=3)
    named = {f"model.{name}": tensor for name, tensor in net.state_dict().items()}
    torch.save({"state_dict": named, "epoch": 2}, folder / "last.ckpt")
    return Handed(folder / "last.ckpt", net, logits)


def _pickle(folder: Path) -> Handed:
    net = nets.swin()
    torch.save(net, folder / "whole.pt")
    return Handed(folder / "whole.pt", net, logits, (LoadOptions(trust=True),))


def _headless(folder: Path) -> Handed:
    """The weights of a body under the name of a classifier: its head would be random."""
    net = nets.vit()
    place = saved(net, folder)
    body = hf.ViTModel.from_pretrained(place, add_pooling_layer=False)
    config = (place / "config.json").read_bytes()
    body.save_pretrained(place)
    (place / "config.json").write_bytes(config)
    found = nets.ClassToken(body).eval()
    return Handed(place, found, proposed=(LoadOptions(architecture="ViTModel"),))


def _both_towers(folder: Path) -> Handed:
    net = nets.clip()
    return Handed(saved(net, folder), nets.Pictures(net).eval())


def _own_code(folder: Path) -> Handed:
    """`auto_map` names code beside the file: it is not run, the library's own class is built."""
    net = nets.resnet()
    place = saved(net, folder)
    held = json.loads((place / "config.json").read_text())
    held["auto_map"] = {"AutoModelForImageClassification": "own.Net"}
    (place / "config.json").write_text(json.dumps(held))
    (place / "own.py").write_text("raise SystemExit('this is run')\n")
    return Handed(place, net, logits)


def _pieces(folder: Path) -> Handed:
    net = nets.dinov2()
    net.save_pretrained(folder / "model", max_shard_size="30KB")
    (folder / "model" / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    return Handed(folder / "model", net, pooled)


def _timm(folder: Path) -> Handed:
    """timm's own `config.json`, whose arguments are not the published ones."""
    torch.manual_seed(0)
    net = timm.create_model("vit_tiny_patch16_224", img_size=64, depth=1, num_classes=3).eval()
    save_for_hf(net, folder / "model")
    return Handed(folder / "model", net)


CASES = (
    Case(FAMILY, "ViT, folder", _folder(nets.vit)),
    Case(FAMILY, "DeiT, folder", _folder(nets.deit)),
    Case(FAMILY, "BEiT, weights beside config.json", _beside),
    Case(FAMILY, "Swin, folder", _folder(nets.swin)),
    Case(FAMILY, "ConvNeXt, zip", _zipped),
    Case(FAMILY, "ResNet, folder with code of its own", _own_code),
    Case(FAMILY, "MobileViT, folder", _folder(nets.mobilevit), heavy=True),
    Case(FAMILY, "SegFormer, folder", _folder(nets.segformer)),
    Case(FAMILY, "DETR, folder", _folder(nets.detr, boxes)),
    Case(FAMILY, "DINOv2, folder", _folder(nets.dinov2, pooled)),
    Case(FAMILY, "CLIP, folder of both towers", _both_towers),
    Case(FAMILY, "ViT, pytorch_model.bin", _bin),
    Case(FAMILY, "DINOv2, weights in pieces", _pieces),
    Case(FAMILY, "timm's ViT, folder for the hub", _timm),
    Case(FAMILY, "DeiT, state dict of a trainer", _state_dict),
    Case(FAMILY, "ConvNeXt, weights alone", _lone(nets.convnext)),
    Case(FAMILY, "Swin, weights alone", _lone(nets.swin, "swin.safetensors")),
    Case(
        FAMILY,
        "ViT of an odd width, weights alone",
        _lone_without_heads,
        "rejected",
        ("`config.json` and `preprocessor_config.json`",),
    ),
    Case(FAMILY, "Swin, whole pickle", _pickle, says=("load it with trust",)),
    Case(FAMILY, "ViT, no head in the file", _headless, says=("--architecture ViTModel",)),
)
