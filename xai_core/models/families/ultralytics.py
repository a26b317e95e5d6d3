"""Ultralytics: YOLO of several versions, sizes and tasks, from weights alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import FAMILIES, Family, Recipe, agrees, quiet, shapes_built
from xai_core.models.yolo.network import built, input_of, make_plain, tasks

FIRST = "model.0.conv.weight"
VERSIONS = ("v8/yolov8", "11/yolo11", "12/yolo12", "26/yolo26", "v5/yolov5")
TASKS = {
    "": "DetectionModel",
    "-seg": "SegmentationModel",
    "-pose": "PoseModel",
    "-obb": "OBBModel",
    "-cls": "ClassificationModel",
}
CLASSES = re.compile(r"model\.\d+\.(cv3\.0\.2|linear)\.weight")


@FAMILIES.register
class Ultralytics(Family):
    """The version and task by the names of the head, the size by the first width."""

    name = "ultralytics"
    module = "ultralytics.nn.tasks"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        heads = [shape[0] for name, shape in shapes.items() if CLASSES.fullmatch(name)]
        if FIRST not in shapes or not heads:
            return
        library = tasks()
        folder = Path(library.__file__).parents[1] / "cfg" / "models"
        for version in VERSIONS:
            for task in _tasks(shapes):
                path = folder / f"{version}{task}.yaml"
                if path.exists():
                    yield from _sizes(path, TASKS[task], shapes, heads[0])


def _tasks(shapes: Shapes) -> tuple[str, ...]:
    if any(".linear." in name for name in shapes):
        return ("-cls",)
    if any(".proto." in name for name in shapes):
        return ("-seg",)
    return ("-pose", "-obb") if any(".cv4." in name for name in shapes) else ("",)


def _sizes(path: Path, kind: str, shapes: Shapes, classes: int) -> Iterator[Recipe]:
    description = _read(path)
    width = shapes[FIRST][0]
    for scale, (_, factor, widest) in description["scales"].items():
        if abs(min(64, widest) * factor - width) > 8:
            continue
        design = {**description, "scale": scale, "channels": shapes[FIRST][1], "nc": classes}
        build = partial(built, kind, design, classes)
        if agrees(shapes, shapes_built(build, real=True)):
            yield Recipe(
                f"Ultralytics {path.stem}, size {scale}",
                build,
                classes,
                input_of(kind, shapes[FIRST][1], {}),
                ("the usual input size",),
                finish=make_plain,
            )
            return


def _read(path: Path) -> dict[str, Any]:
    with quiet():
        found: dict[str, Any] = tasks().yaml_model_load(str(path))
    return found
