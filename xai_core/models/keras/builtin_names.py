"""The names of Keras' own layers and operations, read from the text of the installed package.

Looking into a file must not import Keras (and torch with it), and a list kept here would drift.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MODELS = frozenset({"Functional", "Model", "Sequential"})
OPERATION = re.compile(r"^class (\w+)\(Operation\)", re.MULTILINE)
EXPORTED = re.compile(r"\bas (\w+)")


@cache
def known_layers() -> frozenset[str]:
    """Class names of layers and models; only those of models where Keras is not installed."""
    exports = _folder() / "layers" / "__init__.py"
    if not exports.is_file():
        return MODELS
    return MODELS | frozenset(EXPORTED.findall(exports.read_text(encoding="utf-8")))


@cache
def known_operations() -> Mapping[str, str]:
    """Classes of `keras.ops` (`Multiply`, `Relu6`) to their modules."""
    return {
        name: f"keras.src.ops.{file.stem}"
        for file in sorted((_folder() / "src" / "ops").glob("*.py"))
        for name in OPERATION.findall(file.read_text(encoding="utf-8"))
    }


def _folder() -> Path:
    spec = find_spec("keras")
    return Path(spec.origin).parent if spec is not None and spec.origin else Path(os.devnull)
