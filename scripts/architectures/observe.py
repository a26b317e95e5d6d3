"""What an architecture looks like from outside: its tensors, its layers, its pickle."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from scripts.architectures.pickled import names_in_pickle
from scripts.architectures.variants import Variant
from xai_core.models.vision_libraries import vision_library
from xai_core.models.weights.index.entry import CHANNELS, CLASSES, Entry, Pattern, Picture
from xai_core.models.weights.library import construct

USUAL = (1000, 3)  # classes and channels
OTHER = ((7, 1), (7, 3), (1000, 1))  # tried in this order; numbers that sizes do not have
FILLING = ("add_", "clamp_", "copy_", "div_", "erfinv_", "fill_", "mul_", "normal_", "sub_")
FILLING += ("uniform_", "zero_")


@dataclass(frozen=True)
class Observation:
    """entry, tensors: for the index. pickled: dotted names that its pickle imports."""

    entry: Entry
    tensors: Mapping[str, Pattern]
    pickled: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back."""
        tensors = [[name, list(pattern)] for name, pattern in self.tensors.items()]
        return {"entry": self.entry.to_dict(), "tensors": tensors, "pickled": list(self.pickled)}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Observation:
        """The observation that `to_dict` wrote."""
        tensors = {name: tuple(pattern) for name, pattern in data["tensors"]}
        return Observation(Entry.from_dict(data["entry"]), tensors, tuple(data["pickled"]))


def observe(variant: Variant) -> Observation:
    """Build it on the meta device, twice: what differs depends on classes and channels."""
    draft = Entry(variant.name, _picture(variant, None), dict(variant.options))
    network = _built(draft, *USUAL)
    entry = Entry(
        variant.name,
        _picture(variant, network),
        dict(variant.options),
        imagenet=not variant.segmentation,
        parts=_digest(network, variant),
    )
    return Observation(entry, _patterns(draft, network), tuple(sorted(names_in_pickle(network))))


class _Unfilled(TorchFunctionMode):
    # On the meta device each of these runs through Python, 20 times as long as building.
    skipped = frozenset(getattr(torch.Tensor, name) for name in FILLING)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return args[0] if func in self.skipped else func(*args, **(kwargs or {}))


class _OnlyMemory(TorchFunctionMode):
    # For builders that compute with small tensors and read them (`.tolist()`).
    makers = frozenset((torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in self.makers:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


@contextmanager
def without_memory(readable: bool = False) -> Any:
    """What is built inside has shapes and no values; `readable` tensors made of numbers do."""
    place = _OnlyMemory() if readable else torch.device("meta")
    with place, _Unfilled():
        yield


def _built(entry: Entry, classes: int, channels: int) -> nn.Module:
    try:
        with without_memory():
            return construct(entry, classes, channels)
    except (RuntimeError, NotImplementedError):
        with without_memory(readable=True):
            return construct(entry, classes, channels)


def _patterns(entry: Entry, network: nn.Module) -> dict[str, Pattern]:
    usual = _shapes(network)
    for classes, channels in OTHER:
        try:
            other = _shapes(_built(entry, classes, channels))
        except Exception:  # noqa: S112 - a builder that lacks the option raises nearly anything
            continue
        if other.keys() == usual.keys():
            return {
                name: tuple(
                    _size(one, two, classes, channels)
                    for one, two in zip(shape, other[name], strict=True)
                )
                for name, shape in usual.items()
            }
    return usual


def _size(usual: int, other: int, classes: int, channels: int) -> int:
    if (usual, other) == (USUAL[0], classes) and classes != USUAL[0]:
        return CLASSES
    if (usual, other) == (USUAL[1], channels) and channels != USUAL[1]:
        return CHANNELS
    return usual


def _shapes(network: nn.Module) -> dict[str, Pattern]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _digest(network: nn.Module, variant: Variant) -> str:
    layers = re.sub(r" at 0x[0-9a-f]+", "", repr(network))
    # Without a head by choice or by nature: the layers alone tell.
    options = sorted((k, v) for k, v in variant.options.items() if k != "num_classes")
    words = f"{layers} {options}"
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _picture(variant: Variant, network: nn.Module | None) -> Picture:
    if network is None:
        return Picture(224, 224, "crop", 256, (0.5,) * 3, (0.5,) * 3)
    if variant.name.startswith("timm/"):
        return _timm_picture(network)
    model = variant.name.partition("/")[2].partition("[")[0]
    weights = vision_library("torchvision.models").get_model_weights(model)
    transforms = [weights.DEFAULT.transforms(), *(item.transforms() for item in weights)]
    usual = transforms[0]
    if variant.segmentation:
        side = resize = usual.resize_size[0]
    else:
        # The tensors of a vision transformer hold for one size only.
        fixed = variant.options.get("image_size", 224 if model.startswith("vit_") else None)
        fixing = [t for t in transforms if fixed in (None, t.crop_size[0])]
        usual = fixing[0] if fixing else usual
        side = fixed or usual.crop_size[0]
        resize = round(side * usual.resize_size[0] / usual.crop_size[0])
    return Picture(side, side, "crop", resize, tuple(usual.mean), tuple(usual.std))


def _timm_picture(network: Any) -> Picture:
    known = dict(network.pretrained_cfg)
    _, height, width = known.get("input_size") or (3, 224, 224)
    fit = {"squash": "squash", "border": "letterbox"}.get(known.get("crop_mode", ""), "crop")
    resize = math.floor(min(height, width) / (known.get("crop_pct") or 0.875))
    mean = tuple(known.get("mean") or (0.485, 0.456, 0.406))
    std = tuple(known.get("std") or (0.229, 0.224, 0.225))
    if len(mean) != 3:
        mean, std = mean[:1] * 3, std[:1] * 3
    return Picture(height, width, fit, resize, mean, std)  # type: ignore[arg-type]
