"""The full unpickle, which runs whatever the file asks for: only after the user's trust."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.pickles.code import CodeFiles
from xai_core.models.pickles.globals import Global
from xai_core.models.quantised import restorable
from xai_core.models.vision_libraries import make_importable


def load_full(path: Path, code: Iterable[Path], names: Iterable[Global]) -> Any:
    """The object in the file, its tensors on the CPU.

    Args:
        code: Python files that define what the pickle asks for. names: what it asks for.

    Raises:
        ModelError: `unsafe-code` for a name that is plainly dangerous, trust or not;
            `missing-code` for a class that is not to be found.
    """
    import torch

    make_importable()  # for what the file or its code imports
    names = tuple(names)
    files = CodeFiles(code, [name.module for name in names])
    files.install()
    with restorable([name.path for name in names]):
        return torch.load(
            path, map_location="cpu", weights_only=False, pickle_module=_pickle_module(files)
        )


def refuse_dangerous(names: Iterable[Global]) -> None:
    """Nothing, if no name is plainly dangerous.

    Raises:
        ModelError: `unsafe-code`, naming them.
    """
    dangerous = sorted({name.path for name in names if name.dangerous})
    if dangerous:
        raise ModelError(
            f"The file would run {', '.join(dangerous[:5])} while it is loaded. "
            "No model needs that.",
            "Do not use this file, and find out where it came from.",
            code="unsafe-code",
            names=dangerous,
        )


def _pickle_module(files: CodeFiles) -> Any:
    class Unpickler(pickle.Unpickler):
        def find_class(self, module: str, name: str, /) -> Any:
            refuse_dangerous([Global(module, name)])
            found = None
            if module != "__main__" or not files.given:  # a notebook's own class
                with contextlib.suppress(ImportError, AttributeError):
                    found = super().find_class(module, name)
            found = files.find(module, name) if found is None else found
            # A module may pass another's function on: `acme.tools.system` is `os.system`.
            home = getattr(found, "__module__", None)
            if isinstance(home, str) and home != module:
                refuse_dangerous([Global(home, name)])
            return found

    shim = ModuleType("pickle")
    vars(shim).update(vars(pickle))
    shim.Unpickler = Unpickler  # type: ignore[attr-defined]
    shim.load = lambda file, **options: Unpickler(file, **options).load()  # type: ignore[attr-defined]
    return shim
