"""Keras, imported so that it computes with torch and leaves nothing behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from xai_core.base.errors import ModelError

# A folder that cannot be made: Keras then reads and writes no settings of its own, which would
# otherwise land in the user's home and could turn the channel order round.
SETTINGS = {"KERAS_BACKEND": "torch", "KERAS_HOME": os.path.join(os.devnull, "keras")}
OLDEST = (3, 15, 1)
# Keras imports these where they are there, and does without where they are not. Together they
# take longer than Keras itself, and matplotlib writes a font list into the user's home.
NOT_NEEDED = ("tensorflow", "jax", "matplotlib", "pandas", "sklearn")


def import_keras() -> ModuleType:
    """Keras on torch. TensorFlow is never imported.

    Raises:
        ModelError: Keras is not installed, is too old to be safe (its earlier versions let a file
            run code in safe mode), or already runs on something else in this process.
    """
    try:
        with _environment():
            import keras
    except ImportError as cause:
        raise ModelError(
            f"Keras is needed to load this file, and it cannot be imported: {cause}.",
            "Run `make setup`.",
            code="start-failed",
        ) from cause
    if _version(keras.__version__) < OLDEST:
        raise ModelError(
            f"Keras {'.'.join(map(str, OLDEST))} or newer is needed, not {keras.__version__}: "
            "older ones can be made to run code by a file.",
            "Run `make setup`.",
            code="start-failed",
        )
    if keras.backend.backend() != "torch":
        raise ModelError(
            f"Keras already runs on {keras.backend.backend()} in this process; torch is needed.",
            "Load the model in a fresh process, or set KERAS_BACKEND=torch before it starts.",
            code="start-failed",
        )
    return keras


@contextmanager
def _environment() -> Iterator[None]:
    if "keras" in sys.modules:
        yield
        return
    before = {name: os.environ.get(name) for name in SETTINGS}
    hidden = [name for name in NOT_NEEDED if name not in sys.modules]
    os.environ.update(SETTINGS)
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())
