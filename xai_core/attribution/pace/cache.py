"""Which pace suits which model on this machine: measured once, and remembered in a small file."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xai_core.attribution.pace.measurement import LARGEST
from xai_core.base.environment import machine, processor
from xai_core.base.errors import InputError, XaiError
from xai_core.base.pace import Pace
from xai_core.base.storage.files import data_folder, write_whole

WORTH = 64  # samples: a model that is asked for so many will be asked again
LONG = 1000  # samples to come that pay for measuring first
MOST = 1000  # entries; the oldest go
FORGOTTEN = (OSError, ValueError, TypeError, AttributeError, RecursionError, InputError)

_threads = threading.Lock()


class Paces:
    """The paces that were measured so far. For any thread; of two processes the last one wins.

    Args:
        file: JSON; None takes the one in the data folder. One that cannot be read is forgotten.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or data_folder() / "paces.json"

    def of(self, key: str) -> Pace | None:
        """What is remembered; None where nothing is."""
        told = self._read().get(key)
        with suppress(*FORGOTTEN):
            return None if told is None else _pace(told)
        return None

    def remember(self, key: str, pace: Pace) -> None:
        """From now on. A disk that cannot be written remembers nothing: it is only speed."""
        with _threads, suppress(XaiError):
            known = {name: one for name, one in self._read().items() if name != key}
            kept = [*known.items(), (key, asdict(pace))][-MOST:]
            write_whole(self._file, json.dumps(dict(kept)).encode())

    def _read(self) -> Mapping[str, Any]:
        with suppress(*FORGOTTEN):
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
        return {}


def key_of(model_sha256: str, options: object, shape: tuple[int, ...], device: str = "cpu") -> str:
    """SHA-256 over all that decides how fast a model is run, hexadecimal.

    Args:
        options: its `LoadOptions`. shape: of a picture, `(C, H, W)`.
    """
    threads = os.environ.get("OMP_NUM_THREADS", "")
    here = (machine(), processor(), threads, importlib.metadata.version("torch"), device)
    return hashlib.sha256(repr((here, model_sha256, options, shape)).encode()).hexdigest()


def _pace(told: Any) -> Pace:
    """Raises `ValueError` for what `remember` did not write."""
    pace = Pace(**told)
    kinds = [type(value) for value in vars(pace).values()]
    if kinds != [int, bool, int, bool] or pace.batch_size > LARGEST or pace.autocast:
        raise ValueError("not a pace")
    return pace
