"""Every object that a model's configuration asks Keras to make, without making one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.keras.builtin_names import known_layers
from xai_core.models.keras.older_nodes import OURS

MAX_DEPTH = 200
NESTED = ("layers", "layer", "cell", "cells", "forward_layer", "backward_layer")


@dataclass(frozen=True)
class KerasObject:
    """One object of a configuration.

    Attributes:
        kind: its `class_name`. module: None in files of Keras 2. registered: its registered name.
        config: its arguments, or the name of a function. layer: it stands where a layer does.
        name: of the layer, as its author called it.
    """

    kind: str
    module: str | None
    registered: str | None
    config: Any
    layer: bool

    @property
    def name(self) -> str:
        """The layer's own name, or nothing."""
        found = self.config.get("name") if isinstance(self.config, Mapping) else None
        return str(found or "")

    @property
    def function(self) -> str | None:
        """The function's name, where the object is one."""
        return str(self.config) if self.kind == "function" else None

    @property
    def path(self) -> str:
        """`acme.layers.Swish`, or the class alone where the file names no module."""
        last = self.function or self.kind
        return f"{self.module}.{last}" if self.module else last

    @property
    def custom(self) -> bool:
        """It is neither one of Keras' own nor one of ours for files of Keras 2."""
        if self.kind in OURS or (self.function in OURS and self.module is None):
            return False
        if self.module is not None:
            return not own_module(self.module)
        if self.registered and ">" in self.registered:
            return True
        return ">" in self.kind or (self.layer and self.kind not in known_layers())


def own_module(module: str) -> bool:
    """Whether a module is Keras' own (or stands for it)."""
    return module == "builtins" or module.split(".")[0] == "keras"


def objects(config: Any, layer: bool = True, depth: int = 0) -> Iterator[KerasObject]:
    """Every object in `config`, the outermost first.

    Raises:
        ModelError: `unsafe-code`, nested deeper than any model is.
    """
    if depth > MAX_DEPTH:
        raise ModelError(
            "The model's configuration is nested deeper than any model needs.",
            "Do not use this file.",
            code="unsafe-code",
        )
    if isinstance(config, Mapping):
        if isinstance(kind := config.get("class_name"), str):
            yield _object(kind, config, layer)
        for key, value in config.items():
            yield from objects(value, key in NESTED, depth + 1)
    elif isinstance(config, list):
        for value in config:
            yield from objects(value, layer, depth + 1)


def _object(kind: str, config: Mapping[str, Any], layer: bool) -> KerasObject:
    module, registered = config.get("module"), config.get("registered_name")
    return KerasObject(
        kind,
        module if isinstance(module, str) else None,
        registered if isinstance(registered, str) else None,
        config.get("config"),
        layer,
    )
