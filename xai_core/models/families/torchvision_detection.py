"""torchvision's detectors: Faster, Mask and Keypoint R-CNN, RetinaNet, FCOS, SSD and SSDlite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.architectures.base import Shapes
from xai_core.models.detection.detectors import detector_input
from xai_core.models.families.base import FAMILIES, Family, Recipe, agrees, quiet, shapes_built

if TYPE_CHECKING:
    from torch import nn

BOXES = "roi_heads.box_predictor.cls_score.weight"
MASKS = "roi_heads.mask_predictor.mask_fcn_logits.weight"
POINTS = "roi_heads.keypoint_predictor.kps_score_lowres.weight"
ONE_STAGE = "head.classification_head.cls_logits.weight"
CENTRED = "head.regression_head.bbox_ctrness.weight"
SSD, SSDLITE = (
    "head.classification_head.module_list.0.weight",
    ("head.classification_head.module_list.0.1.weight"),
)
RESNETS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
COCO = 91
USUAL = "the library's sizes, thresholds and anchors"


@FAMILIES.register
class TorchvisionDetection(Family):
    """The heads tell which; the classes are read from them, background included."""

    name = "torchvision"
    module = "torchvision.models.detection"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        found = _named(shapes)
        if not found:
            return
        library, nearest = self.load(), None
        for builder, classes, more in found:
            recipe = _recipe(library, builder, classes, more)
            if agrees(shapes, {**shapes_built(recipe.build), **_counters(shapes)}):
                yield recipe
                return
            nearest = nearest or recipe
        if nearest is not None:
            yield nearest


def _counters(shapes: Shapes) -> Shapes:
    return {name: shape for name, shape in shapes.items() if not shape}


Choice = tuple[str, int, dict[str, Any]]


def _named(shapes: Shapes) -> list[Choice]:
    if BOXES in shapes:
        return _rcnn(shapes, shapes[BOXES][0])
    if CENTRED in shapes:
        return [("fcos_resnet50_fpn", shapes[ONE_STAGE][0], {}), *_bodies("FCOS", shapes)]
    if ONE_STAGE in shapes:
        classes = shapes[ONE_STAGE][0] // 9
        return [
            ("retinanet_resnet50_fpn", classes, {}),
            ("retinanet_resnet50_fpn_v2", classes, {}),
        ]
    if SSD in shapes:
        return [("ssd300_vgg16", shapes[SSD][0] // 4, {})]
    if SSDLITE in shapes:
        return [("ssdlite320_mobilenet_v3_large", shapes[SSDLITE][0] // 6, {})]
    return []


def _rcnn(shapes: Shapes, classes: int) -> list[Choice]:
    if MASKS in shapes:
        return [
            ("maskrcnn_resnet50_fpn", classes, {}),
            ("maskrcnn_resnet50_fpn_v2", classes, {}),
            *_bodies("MaskRCNN", shapes),
        ]
    if POINTS in shapes:
        points = {"num_keypoints": shapes[POINTS][1]}
        return [("keypointrcnn_resnet50_fpn", classes, points)]
    return [
        ("fasterrcnn_resnet50_fpn", classes, {}),
        ("fasterrcnn_resnet50_fpn_v2", classes, {}),
        ("fasterrcnn_mobilenet_v3_large_fpn", classes, {}),
        *_bodies("FasterRCNN", shapes),
    ]


def _bodies(kind: str, shapes: Shapes) -> list[Choice]:
    """The class over `resnet_fpn_backbone` of another depth."""
    if kind == "FCOS" or "backbone.body.layer1.0.conv1.weight" not in shapes:
        return []
    head = BOXES
    return [(f"{kind} {name}", shapes[head][0], {}) for name in RESNETS]


def _recipe(library: Any, builder: str, classes: int, more: dict[str, Any]) -> Recipe:
    name, _, body = builder.partition(" ")

    def build() -> nn.Module:
        with quiet():
            if body:
                backbone = library.backbone_utils.resnet_fpn_backbone(
                    backbone_name=body, weights=None
                )
                over_body: nn.Module = getattr(library, name)(backbone, num_classes=classes)
                return over_body
            plain = {"weights": None, "weights_backbone": None, "num_classes": classes}
            network: nn.Module = getattr(library, name)(**plain, **more)
        return network

    labels = _coco(library, classes)
    named = ("the names of COCO's classes, because there are 91",) if labels else ()
    with quiet():
        spec = detector_input(build())
    return Recipe(
        f"torchvision {re.sub('[ ]', ' with ', builder)}",
        build,
        classes,
        spec or InputSpec(),
        (USUAL, *named),
        labels,
    )


def _coco(library: Any, classes: int) -> tuple[str, ...] | None:
    if classes != COCO:
        return None
    return tuple(library.FasterRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"])
