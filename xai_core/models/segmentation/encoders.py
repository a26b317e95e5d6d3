"""Which encoders tensors may be of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import agrees, shapes_built
from xai_core.models.weights.index.ranking import rank
from xai_core.models.weights.index.storage import read_index

GROUPS = (
    ("layer1.0.conv1.weight", r"resne|timm-sk|timm-res"),
    ("layer1.0.conv1.conv.weight", r"timm-sk"),
    ("_conv_stem.weight", r"efficientnet-"),
    ("conv_stem.weight", r"timm-"),
    ("features.conv0.weight", r"densenet"),
    ("features.0.0.weight", r"mobilenet"),
    ("features.0.weight", r"vgg"),
    ("patch_embed1.proj.weight", r"mit_"),
    ("layer0.conv1.weight", r"se"),
    ("features.conv1_1.conv.weight", r"dpn"),
    ("conv2d_1a.conv.weight", r"inceptionresnet"),
)
"""A tensor that tells how encoders are called."""
TIMM = "model."
FLAT = re.compile(r"^([a-z]+(?:_[a-z]+)*)_(\d+)\.")
"""timm names the stages of a body `stages_0` that are `stages.0` in the whole network."""
DEPTHS = (5, 4, 3)


def likely_encoders(library: Any, shapes: Shapes) -> Iterator[str]:
    """Names that `encoder_name` takes; those whose tensors agree come first and alone.

    Args:
        shapes: of the encoder, without its prefix.
    """
    names = list(_named(library, shapes))
    for name in names:
        if _agree(library, name, shapes):
            yield name
            return
    yield from names[:1]


def _named(library: Any, shapes: Shapes) -> Iterator[str]:
    if any(name.startswith(TIMM) for name in shapes):
        yield from _of_timm(shapes)
        return
    patterns = [pattern for mark, pattern in GROUPS if mark in shapes] or [""]
    for name in library.encoders.encoders:
        if any(re.match(pattern, name) for pattern in patterns):
            yield name


def _of_timm(shapes: Shapes) -> Iterator[str]:
    body = {name.removeprefix(TIMM): shape for name, shape in shapes.items()}
    named = {FLAT.sub(r"\1.\2.", name): shape for name, shape in body.items()}
    for match in rank(named, read_index()):
        if match.entry.library == "timm":
            yield f"tu-{match.entry.model}"


def _agree(library: Any, name: str, shapes: Shapes) -> bool:
    channels = next((shape[1] for shape in shapes.values() if len(shape) == 4), 3)
    for depth in DEPTHS:
        try:
            built = shapes_built(
                lambda depth=depth: library.encoders.get_encoder(  # type: ignore[misc]
                    name, in_channels=channels, depth=depth, weights=None
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError):
            continue
        if agrees(shapes, built):
            return True
        if not name.startswith("tu-"):
            return False
    return False
