"""Which decoder tensors are of, and how it was made."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xai_core.models.architectures.base import Shapes

D = "decoder."


@dataclass(frozen=True)
class Decoder:
    """A class of the library, and what it is called with.

    Attributes:
        assumed: settings that leave no tensor.
    """

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()


def decoders(shapes: Shapes) -> Iterator[Decoder]:
    """Those whose tensors are there, the likeliest first."""
    for mark, read in _MARKS:
        if f"{D}{mark}" in shapes:
            yield from read(shapes)


def _unet(shapes: Shapes, kind: str = "Unet", block: str = "blocks.{}") -> Iterator[Decoder]:
    widths, first = _widths(shapes, f"{block}.conv1.0.weight"), block.format(0)
    options: dict[str, Any] = {"encoder_depth": len(widths), "decoder_channels": widths}
    if f"{D}{first}.attention1.attention.cSE.1.weight" in shapes:
        options["decoder_attention_type"] = "scse"
    yield Decoder(kind, {**options, **_norm(shapes, f"{first}.conv1.1.weight")})


def _unet_plus_plus(shapes: Shapes) -> Iterator[Decoder]:
    return _unet(shapes, "UnetPlusPlus", "blocks.x_0_{}")


def _manet(shapes: Shapes) -> Iterator[Decoder]:
    widths = _widths(shapes, "blocks.{}.conv1.0.weight")
    pab = shapes[f"{D}center.top_conv.weight"][0]
    yield Decoder(
        "MAnet",
        {
            "encoder_depth": len(widths),
            "decoder_channels": widths,
            "decoder_pab_channels": pab,
            **_norm(shapes, "blocks.0.conv1.1.weight"),
        },
    )


def _linknet(shapes: Shapes) -> Iterator[Decoder]:
    widths = _widths(shapes, "blocks.{}.block.2.0.weight")
    yield Decoder(
        "Linknet", {"encoder_depth": len(widths), **_norm(shapes, "blocks.0.block.0.1.weight")}
    )


def _fpn(shapes: Shapes) -> Iterator[Decoder]:
    pyramid = shapes[f"{D}p5.weight"][0]
    width = shapes[f"{D}seg_blocks.0.block.0.block.0.weight"][0]
    added = shapes["segmentation_head.0.weight"][1] == width
    levels = len(_widths(shapes, "seg_blocks.{}.block.0.block.0.weight"))
    yield Decoder(
        "FPN",
        {
            "encoder_depth": levels + 1,
            "decoder_pyramid_channels": pyramid,
            "decoder_segmentation_channels": width,
            "decoder_merge_policy": "add" if added else "cat",
        },
    )


def _pspnet(shapes: Shapes) -> Iterator[Decoder]:
    width = shapes[f"{D}conv.0.weight"][0]
    for depth in (3, 4, 5):
        options = {"encoder_depth": depth, "psp_out_channels": width, "upsampling": 2**depth}
        yield Decoder("PSPNet", {**options, **_norm(shapes, "conv.1.weight")})


def _deeplab(shapes: Shapes) -> Iterator[Decoder]:
    width = shapes[f"{D}aspp.project.0.weight"][0]
    separable = f"{D}aspp.convs.1.0.1.weight" in shapes
    options = {"decoder_channels": width, "decoder_aspp_separable": separable}
    rates = "output stride 8, atrous rates 12, 24 and 36"
    yield Decoder("DeepLabV3", options, (rates,))


def _deeplab_plus(shapes: Shapes) -> Iterator[Decoder]:
    width = shapes[f"{D}aspp.0.project.0.weight"][0]
    rates = "output stride 16, atrous rates 12, 24 and 36"
    separable = f"{D}aspp.0.convs.1.0.1.weight" in shapes
    options = {"decoder_channels": width, "decoder_aspp_separable": separable}
    yield Decoder("DeepLabV3Plus", options, (rates,))


def _pan(shapes: Shapes) -> Iterator[Decoder]:
    width = shapes[f"{D}gau3.conv2.conv.weight"][0]
    yield Decoder("PAN", {"decoder_channels": width}, ("output stride 16",))


def _upernet(shapes: Shapes) -> Iterator[Decoder]:
    yield Decoder("UPerNet", {"decoder_channels": shapes[f"{D}fusion_block.0.weight"][0]})


def _segformer(shapes: Shapes) -> Iterator[Decoder]:
    width = shapes[f"{D}mlp_stage.0.linear.weight"][0]
    yield Decoder("Segformer", {"decoder_segmentation_channels": width})


_MARKS: tuple[tuple[str, Callable[[Shapes], Iterator[Decoder]]], ...] = (
    ("center.top_conv.weight", _manet),
    ("blocks.0.conv1.0.weight", _unet),
    ("blocks.x_0_0.conv1.0.weight", _unet_plus_plus),
    ("blocks.0.block.0.0.weight", _linknet),
    ("p5.weight", _fpn),
    ("psp.blocks.0.pool.1.0.weight", _pspnet),
    ("aspp.project.0.weight", _deeplab),
    ("aspp.0.project.0.weight", _deeplab_plus),
    ("gau3.conv2.conv.weight", _pan),
    ("fpn_lateral_blocks.0.conv_norm_relu.0.weight", _upernet),
    ("mlp_stage.0.linear.weight", _segformer),
)
"""A tensor that tells a decoder, the strictest first, and how its settings are read."""


def _widths(shapes: Shapes, name: str) -> tuple[int, ...]:
    """First sizes of the tensors that are called so, with 0, 1, … in the place of `{}`."""
    there = (shapes.get(D + name.format(number)) for number in itertools.count())
    return tuple(shape[0] for shape in itertools.takewhile(bool, there) if shape)


def _norm(shapes: Shapes, name: str) -> dict[str, Any]:
    """The library's usual batch normalisation, or none."""
    return {} if f"{D}{name}" in shapes else {"decoder_use_norm": False}
