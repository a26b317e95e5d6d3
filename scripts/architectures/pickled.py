"""The names that a pickled network imports, and which of them are safe to restore."""

from __future__ import annotations

import importlib
import inspect
import io
import pickle
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torch import Tensor, nn

import xai_core.models.pickles
from xai_core.models.vision_libraries import LIBRARIES, make_importable

FILE = Path(xai_core.models.pickles.__file__).with_name("vision_classes.txt")
# What runs, or decides what runs, while an object is restored or looked into.
SPECIAL = (
    *("__setstate__", "__reduce__", "__reduce_ex__", "__getstate__", "__new__", "__del__"),
    *("__getattr__", "__getattribute__", "__setattr__", "__class__", "__init_subclass__"),
)
# What would let an attribute's value decide which code runs. Attributes under a fixed name, or one
# that begins so, stay the object's own.
TELLING = re.compile(
    r"\b((eval|exec|compile|__import__|import_module|open|load)\s*\(|getattr\(\s*[\w.]+,(?!\s*f?['\"]\w))"
)
NOT_RUN = re.compile(
    r"__init__|(_?init|_?load|reset|fuse|prune|zero_init|set_)\w*|forward_intermediates|group_matcher"
)
"""Methods that neither restoring nor a forward pass calls."""


class _Noting(pickle.Pickler):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), 2)
        self.kinds: set[Any] = set()

    def persistent_id(self, item: Any) -> Any:
        return "tensor" if isinstance(item, Tensor) else None

    def reducer_override(self, item: Any) -> Any:
        named = isinstance(item, type) or inspect.isroutine(item)
        self.kinds.add(item if named else type(item))
        return NotImplemented


def names_in_pickle(network: nn.Module) -> set[str]:
    """Dotted names of classes and functions; empty where the network cannot be pickled."""
    noting = _Noting()
    try:
        noting.dump(network)
    except Exception:  # local functions and the like
        return set()
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in noting.kinds}


def write_classes(names: Iterable[str], path: Path = FILE) -> int:
    """Write those that are safe, one a line; how many."""
    chosen = [name for name in sorted(names) if name.startswith(LIBRARIES) and safe(name)]
    path.write_text("".join(f"{name}\n" for name in chosen), encoding="utf-8")
    return len(chosen)


def safe(name: str) -> bool:
    """A layer of a vision library that is restored by plain attributes, and runs its own code.

    Its class, and every class of the library that it is made of, defines nothing that runs at
    restoring, and what a forward pass may call never chooses code by a value that it holds.
    """
    module, _, last = name.rpartition(".")
    make_importable()
    try:
        kind = getattr(importlib.import_module(module), last, None)
    except ImportError:  # a method, whose "module" is a class
        return False
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)):
        return False
    own = [base for base in kind.__mro__ if base.__module__.startswith(LIBRARIES)]
    if any(method in vars(base) for base in own for method in SPECIAL):
        return False
    foreign = [base for base in kind.__mro__ if base not in own and base is not object]
    if not all(base.__module__.startswith("torch.nn.modules.") for base in foreign):
        return False
    return not any(TELLING.search(text) for base in own for text in _sources(base))


def _sources(kind: type) -> Iterable[str]:
    for name, value in vars(kind).items():
        function = inspect.unwrap(getattr(value, "__func__", value))
        if not NOT_RUN.fullmatch(name) and inspect.isfunction(function):
            yield inspect.getsource(function)
