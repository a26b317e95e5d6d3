"""Ultralytics' checkpoints: half precision, under `model` or `ema`, with arguments and names."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import torch

from tests.handover.case import Case, Handed
from xai_core.models.yolo.network import tasks

FAMILY = "Ultralytics"
SIZE = 64


def _written(kind: str, description: str, entry: str = "model") -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = getattr(tasks(), kind)(description, nc=3, verbose=False).half().eval()
        net.names = {0: "scratch", 1: "dent", 2: "ring"}
        net.args = {"imgsz": SIZE}
        held = dict.fromkeys(("model", "ema", "optimizer", "updates"))
        held |= {entry: net, "epoch": -1, "train_args": {"imgsz": SIZE}, "version": "8.4.190"}
        torch.save(held, folder / "best.pt")
        plain = copy.deepcopy(net).float() if kind == "ClassificationModel" else None
        return Handed(folder / "best.pt", plain, lambda output: output[1])

    return write


CASES = (
    Case(FAMILY, "YOLOv8n, boxes", _written("DetectionModel", "yolov8n.yaml")),
    Case(
        FAMILY, "YOLO11n, boxes, ema", _written("DetectionModel", "yolo11n.yaml", "ema"), heavy=True
    ),
    Case(FAMILY, "YOLOv8n, masks", _written("SegmentationModel", "yolov8n-seg.yaml"), heavy=True),
    Case(FAMILY, "YOLOv8n, classes", _written("ClassificationModel", "yolov8n-cls.yaml")),
)
