"""Where TensorFlow is: an optional environment of its own, beside the one that all else runs in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError

NAME = "tensorflow"
VARIABLE = "PEDESTAL_TENSORFLOW_PYTHON"
BESIDE = Path(__file__).resolve().parents[3] / ".venv-tensorflow" / "bin" / "python"
SETTINGS = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2"}


def interpreter() -> Path | None:
    """The environment's Python; None where there is none."""
    named = os.environ.get(VARIABLE)
    python = Path(named).expanduser().absolute() if named else BESIDE
    return python if python.is_file() else None


def tensorflow() -> Any:
    """The module, imported with the settings that it needs.

    Raises:
        ModelError: `needs-tensorflow`, it is not in this environment; its fact `environment` is
            what a worker looks for another interpreter by.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        import tensorflow as module
    except ImportError as cause:
        raise ModelError(
            "This model runs in TensorFlow, which is not installed here.",
            "Run `make tensorflow` once, or install `pedestal[tensorflow]` beside Pedestal; then "
            "open the model again.",
            code="needs-tensorflow",
            environment=NAME,
        ) from cause
    return module
