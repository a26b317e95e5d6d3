"""A whole Keras model in HDF5: its configuration, and a copy with another one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.peek.protobuf import mapped

SIGNATURE = b"\x89HDF\r\n\x1a\n"
CONFIG, VERSION = "model_config", "keras_version"
WEIGHTS_ONLY = (  # of Keras 1 and 2; of late 2; of 3: all words of a group must be there
    (b"layer_names", b"weight_names"),
    (b"_layer_checkpoint_dependencies",),
    (b"layers", b"vars"),
)
MAX_CONFIG = 64 * 2**20


@dataclass(frozen=True)
class KerasFile:
    """What the file says of itself. config: None where it holds weights without a model."""

    config: dict[str, Any] | None
    version: str


def looks_like_keras(path: Path) -> bool:
    """Whether the bytes are HDF5 and name what Keras writes. Never raises."""
    try:
        with mapped(path) as data:
            marks = ((CONFIG.encode(),), *WEIGHTS_ONLY)
            return data[:8] == SIGNATURE and any(
                all(data.find(word) > 0 for word in words) for words in marks
            )
    except (OSError, ValueError):
        return False


def read_hdf5(path: Path) -> KerasFile:
    """Read the configuration; links and data sets are not followed.

    Raises:
        ModelError: `corrupt-file`.
    """
    with _readable():
        import h5py

        with h5py.File(path, "r") as file:
            text, version = file.attrs.get(CONFIG), file.attrs.get(VERSION, "unknown")
            if text is None:
                return KerasFile(None, _text(version))
            config = json.loads(_text(text))
    if not isinstance(config, dict):
        raise broken("its configuration is not an object")
    return KerasFile(config, _text(version))


def write_hdf5(source: Path, config: dict[str, Any], target: Path) -> None:
    """A copy of the file with another configuration.

    Raises:
        ModelError: `corrupt-file`.
    """
    shutil.copyfile(source, target)
    with _readable():
        import h5py

        with h5py.File(target, "r+") as file:
            del file.attrs[CONFIG]
            file.attrs[CONFIG] = json.dumps(config)


def broken(why: str) -> ModelError:
    """The error for a file that cannot be read."""
    return ModelError(
        f"A Keras model in HDF5 was expected, but it is broken: {why}",
        "Copy or download the file again, or save the model again.",
        code="corrupt-file",
    )


def _text(value: Any) -> str:
    if len(value) > MAX_CONFIG:
        raise broken("its configuration is oversized")
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, RecursionError) as cause:
        raise broken(str(cause)) from cause
