"""MONAI's classifiers: DenseNet, ResNet, EfficientNetBN."""

from __future__ import annotations

from collections.abc import Iterator

from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import refuse_volumes
from xai_core.models.monai.design import Design, counted

SIZES = tuple(f"efficientnet-b{number}" for number in range(9))


def densenet(shapes: Shapes) -> Iterator[Design]:
    """DenseNet121, 169, 201, 264, or of any other depth and growth."""
    stem, first = "features.conv0.weight", "features.denseblock1.denselayer1.layers"
    if not {stem, f"{first}.conv1.weight"} <= shapes.keys():
        return
    refuse_volumes("MONAI DenseNet", shapes[stem])
    width, channels = shapes[stem][:2]
    growth, inner = shapes[f"{first}.conv2.weight"][:2]
    name = "features.denseblock{}.denselayer1.layers.conv1.weight"
    blocks = range(1, 1 + len(counted(shapes, name, 1)))
    depth = [
        len(counted(shapes, f"features.denseblock{block}.denselayer{{}}.layers.conv1.weight", 1))
        for block in blocks
    ]
    classes = shapes.get("class_layers.out.weight", (0,))[0]
    options = {
        "spatial_dims": 2,
        "in_channels": channels,
        "out_channels": classes,
        "init_features": width,
        "growth_rate": growth,
        "block_config": depth,
        "bn_size": inner // growth,
    }
    yield Design("DenseNet", options, classes, channels, ("ReLU",))


def resnet(shapes: Shapes) -> Iterator[Design]:
    """Told from torchvision's by the bias of its shortcuts, or by having no layer in them."""
    stem, shortcut = "conv1.weight", "layer2.0.downsample.0"
    if not {stem, "layer1.0.conv1.weight", "layer2.0.conv1.weight"} <= shapes.keys():
        return
    refuse_volumes("MONAI ResNet", shapes[stem])
    plain = not any("downsample" in name for name in shapes)
    widened = shapes["layer2.0.conv1.weight"][0] != shapes["layer2.0.conv1.weight"][1]
    if f"{shortcut}.bias" not in shapes and not (plain and widened):
        return
    stages = range(1, 1 + len(counted(shapes, "layer{}.0.conv1.weight", 1)))
    classes = shapes.get("fc.weight", (0,))[0]
    options = {
        "block": "bottleneck" if "layer1.0.conv3.weight" in shapes else "basic",
        "layers": [len(counted(shapes, f"layer{s}.{{}}.conv1.weight")) for s in stages],
        "block_inplanes": [shapes[f"layer{s}.0.conv1.weight"][0] for s in stages],
        "spatial_dims": 2,
        "n_input_channels": shapes[stem][1],
        "conv1_t_size": shapes[stem][2],
        "shortcut_type": "A" if plain else "B",
        "bias_downsample": f"{shortcut}.bias" in shapes,
        "feed_forward": bool(classes),
        "num_classes": classes or 1,
    }
    assumed = ("a first convolution of stride 1", "max pooling behind it", "ReLU")
    yield Design("ResNet", options, classes, shapes[stem][1], assumed)


def efficientnet(shapes: Shapes) -> Iterator[Design]:
    """b0 to b8."""
    stem = "_conv_stem.weight"
    if not {stem, "_blocks.0.0._depthwise_conv.weight"} <= shapes.keys():
        return
    refuse_volumes("MONAI EfficientNetBN", shapes[stem])
    classes, channels = shapes.get("_fc.weight", (0,))[0], shapes[stem][1]
    for name in SIZES:
        options = {
            "model_name": name,
            "pretrained": False,
            "spatial_dims": 2,
            "in_channels": channels,
            "num_classes": classes,
        }
        yield Design("EfficientNetBN", options, classes, channels)
