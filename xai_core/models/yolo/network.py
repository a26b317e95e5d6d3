"""A network of Ultralytics, and what of its output is explained."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import InputSpec
from xai_core.models.families.base import quiet
from xai_core.models.vision_libraries import make_importable
from xai_core.models.yolo.description import described

if TYPE_CHECKING:
    from torch import Tensor, nn

KINDS = (
    *("DetectionModel", "SegmentationModel", "PoseModel", "OBBModel"),
    "ClassificationModel",
)
CLASSIFIER = KINDS[-1]
GREY = 114 / 255  # around a letterboxed picture
STRIDE = 32
SETTINGS = {
    "YOLO_OFFLINE": "True",
    "YOLO_AUTOINSTALL": "False",
    "YOLO_VERBOSE": "False",
}


def tasks() -> Any:
    """The library's `nn.tasks`, imported without network, and with settings in a folder of its own.

    Raises:
        ModelError: `missing-code`, it is not installed.
    """
    make_importable()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    if "YOLO_CONFIG_DIR" not in os.environ:
        os.environ["YOLO_CONFIG_DIR"] = tempfile.mkdtemp()
    try:
        with quiet(), _unchanged():
            library = importlib.import_module("ultralytics.nn.tasks")
    except (ImportError, RuntimeError, OSError, AttributeError) as cause:
        raise ModelError(
            f"The file is a network of Ultralytics, which cannot be imported: {cause}",
            "Run `pip install ultralytics` where Pedestal is installed, and open the file again.",
            code="missing-code",
            missing=["ultralytics"],
        ) from cause
    logging.getLogger("ultralytics").setLevel(logging.ERROR)  # it tells every layer that it builds
    return library


@contextlib.contextmanager
def _unchanged() -> Iterator[None]:
    """The library puts functions of its own into torch and Pillow, and sets the threads of others.

    Its `Image.open` installs a package where Pillow knows no file.
    """
    import torch
    from PIL import Image

    opened, saved, threads = Image.open, torch.save, os.environ.get("OMP_NUM_THREADS")
    try:
        yield
    finally:
        Image.open, torch.save = opened, saved
        os.environ.pop("OMP_NUM_THREADS", None)
        if threads is not None:
            os.environ["OMP_NUM_THREADS"] = threads


def built(kind: str, description: Any, classes: int = 0) -> nn.Module:
    """The network with random weights; nothing of the description is run as code.

    Raises:
        ModelError: `unsafe-code`, `missing-code`; `missing-architecture`, the installed version
            does not build it.
    """
    library = tasks()
    plain = described(description, library)
    channels = int(plain.get("channels") or plain.get("ch") or 3)
    try:
        with quiet():
            network: nn.Module = getattr(library, kind)(
                plain, ch=channels, nc=classes or None, verbose=False
            )
    except Exception as cause:  # a library that reads what a file says may raise anything
        raise ModelError(
            f"The installed Ultralytics does not build this network: {cause}",
            "Install the version that the file was written with.",
            code="missing-architecture",
        ) from cause
    return network


def make_plain(network: nn.Module) -> None:
    """Let it give class scores `[B, K]`, or boxes with scores `[B, 4 + K, N]`, and nothing else."""
    layers: Any = network.model
    head = layers[-1]
    if not hasattr(head, "reg_max"):
        network.register_forward_hook(Logits())
        return
    corners = bool(getattr(head, "end2end", False))
    if corners:  # it would sort all boxes and keep the best; here a box keeps its row
        vars(head)["postprocess"] = _unsorted
    network.register_forward_hook(BoxesOnly(int(head.nc), corners))


def input_of(kind: str, channels: int, trained: Mapping[str, Any]) -> InputSpec:
    """As the library prepares pictures. trained: the arguments of the training."""
    classifier = kind == CLASSIFIER
    size = trained.get("imgsz", 224 if classifier else 640)
    height, width = (size, size) if isinstance(size, int) else (int(size[0]), int(size[-1]))
    plain: dict[str, Any] = {"mean": (0.0,) * channels, "std": (1.0,) * channels}
    if classifier:
        return InputSpec(channels, height, width, "crop", min(height, width), **plain)
    height, width = (-(-side // STRIDE) * STRIDE for side in (height, width))
    least = min(height, width)
    return InputSpec(channels, height, width, "letterbox", least, padding=GREY, **plain)


class Logits:
    """Of a classifier's `(probabilities, logits)` the second; as a forward hook."""

    def __call__(self, module: nn.Module, args: Any, output: Any) -> Any:
        """As `torch.nn.Module.register_forward_hook` asks."""
        return output[1] if isinstance(output, tuple) and len(output) == 2 else output


class BoxesOnly:
    """Of a detector's output boxes (centre and size) and class scores; as a forward hook.

    Masks, points and angles behind them, and the maps of each level, are left out.
    """

    def __init__(self, classes: int, corners: bool) -> None:
        self.classes, self.corners = classes, corners

    def __call__(self, module: nn.Module, args: Any, output: Any) -> Any:
        """As `torch.nn.Module.register_forward_hook` asks."""
        import torch

        rows = next(_tensors(output), None)
        if module.training or rows is None:
            return output
        if not self.corners:
            return rows[:, : 4 + self.classes]
        rows = rows.transpose(1, 2)
        low, high = rows[:, :2], rows[:, 2:4]
        return torch.cat([(low + high) / 2, high - low, rows[:, 4 : 4 + self.classes]], 1)


def _unsorted(rows: Tensor, *more: Any) -> Tensor:
    return rows


def _tensors(output: Any) -> Iterator[Tensor]:
    import torch

    if isinstance(output, torch.Tensor):
        yield output
    elif isinstance(output, list | tuple):
        for one in output:
            yield from _tensors(one)
