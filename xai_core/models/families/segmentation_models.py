"""segmentation-models-pytorch: the decoder by its names, the encoder by comparing tensors."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import FAMILIES, Family, Recipe, agrees, quiet, shapes_built
from xai_core.models.segmentation.decoders import Decoder, decoders
from xai_core.models.segmentation.encoders import likely_encoders

if TYPE_CHECKING:
    from torch import nn

ENCODER, HEAD, LABEL = "encoder.", "segmentation_head.0.weight", "classification_head.3.weight"
TRIED = 24  # pairs of encoder and decoder


@FAMILIES.register
class SegmentationModels(Family):
    """Unet, UnetPlusPlus, MAnet, Linknet, FPN, PSPNet, DeepLabV3, DeepLabV3Plus, PAN, UPerNet and
    Segformer over any of its encoders.
    """

    name = "segmentation-models-pytorch"
    module = "segmentation_models_pytorch"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        if HEAD not in shapes or not any(name.startswith(ENCODER) for name in shapes):
            return
        library = self.load()
        nearest: Recipe | None = None
        encoders = likely_encoders(library, _below(shapes, ENCODER))
        pairs = itertools.product(encoders, decoders(shapes))
        for encoder, decoder in itertools.islice(pairs, TRIED):
            recipe = _recipe(library, encoder, decoder, shapes)
            try:
                fits = agrees(shapes, shapes_built(recipe.build))
            except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
                continue  # this decoder does not go with this encoder
            if fits:
                yield recipe
                return
            nearest = nearest or recipe
        if nearest is not None:
            yield nearest


def _recipe(library: Any, encoder: str, decoder: Decoder, shapes: Shapes) -> Recipe:
    classes = shapes[HEAD][0]
    channels = next(s[1] for n, s in shapes.items() if n.startswith(ENCODER) and len(s) == 4)
    how: dict[str, Any] = {"encoder_name": encoder, "encoder_weights": None, **decoder.options}
    if LABEL in shapes:
        how["aux_params"] = {"classes": shapes[LABEL][0]}

    def build() -> nn.Module:
        with quiet():
            kind = getattr(library, decoder.kind)
            network: nn.Module = kind(in_channels=channels, classes=classes, **how)
        return network

    return Recipe(
        f"segmentation-models-pytorch {decoder.kind} with the encoder {encoder}",
        build,
        classes,
        InputSpec.for_shape(channels, InputSpec.height, InputSpec.width),
        (
            "no activation at the end (logits)",
            "pictures prepared with ImageNet's mean and deviation",
            *decoder.assumed,
        ),
    )


def _below(shapes: Shapes, prefix: str) -> Shapes:
    return {n.removeprefix(prefix): s for n, s in shapes.items() if n.startswith(prefix)}
