"""Every way in which an architecture's tensors can be laid out, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xai_core.models.vision_libraries import vision_library

# Beside the one that the library builds by itself.
OTHERS: Mapping[str, tuple[dict[str, Any], ...]] = {
    f"torchvision/{name}": (
        {"aux_logits": False},
        {"aux_logits": True, "transform_input": True},
        {"aux_logits": False, "transform_input": True},
    )
    for name in ("googlenet", "inception_v3")
}
# Their own way to fill weights takes seconds, and weights are loaded anyway.
ALWAYS = {name: {"init_weights": False} for name in OTHERS}


@dataclass(frozen=True)
class Variant:
    """An architecture, and options that its builder is called with.

    Attributes:
        name: with the options that are not the usual ones.
        options: all of them. segmentation: gives a score for each pixel.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    segmentation: bool = False


def variants() -> list[Variant]:
    """Torchvision's classifiers and segmentation networks, then timm's, each in its variants."""
    models = vision_library("torchvision.models")
    found = [v for name in models.list_models(module=models) for v in _torchvision(name)]
    for name in models.list_models(module=models.segmentation):
        found += _segmentation(name)
    return found + [v for name in vision_library("timm").list_models() for v in _timm(name)]


def _torchvision(model: str) -> Iterator[Variant]:
    name = f"torchvision/{model}"
    always = ALWAYS.get(name, {})
    yield Variant(name, always)
    for other in OTHERS.get(name, ()):
        yield Variant(_named(name, other), {**always, **other})
    for size in sorted(_sizes(model)):
        yield Variant(_named(name, {"image_size": size}), {"image_size": size})


def _sizes(model: str) -> set[int]:
    # A vision transformer's tensors depend on the size of the pictures.
    if not model.startswith("vit_"):
        return set()
    weights = vision_library("torchvision.models").get_model_weights(model)
    return {item.transforms().crop_size[0] for item in weights} - {224}


def _segmentation(model: str) -> Iterator[Variant]:
    name, always = f"torchvision/{model}", {"weights_backbone": None}
    yield Variant(name, always, segmentation=True)
    if not model.startswith("lraspp"):
        aux = {"aux_loss": True}
        yield Variant(_named(name, aux), {**always, **aux}, segmentation=True)


def _timm(model: str) -> Iterator[Variant]:
    name = f"timm/{model}"
    yield Variant(name)
    known = vision_library("timm").get_pretrained_cfg(model, allow_unregistered=True)
    if known is not None and known.num_classes == 0:  # published as a backbone without a head
        headless = {"num_classes": 0}
        yield Variant(_named(name, headless), headless)


def _named(name: str, options: Mapping[str, Any]) -> str:
    return f"{name}[{','.join(f'{key}={value}' for key, value in options.items())}]"
