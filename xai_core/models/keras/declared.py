"""What a model's configuration says of it: class, layers, inputs, channel order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xai_core.models.keras.objects import KerasObject, objects

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Declared:
    """Read from a configuration, without Keras.

    Attributes:
        kind: class of the model. objects: all that it asks for, the model itself first.
        inputs: shapes with the batch axis; empty where the file does not say.
        data_format: of the first layer that has one.
    """

    kind: str
    objects: tuple[KerasObject, ...]
    inputs: tuple[Shape, ...]
    data_format: str | None

    @property
    def layers(self) -> int:
        """How many layers it has, models among them counted by their layers."""
        containers = ("InputLayer", "Functional", "Model", "Sequential")
        return sum(item.layer and item.kind not in containers for item in self.objects)


def declared(config: Mapping[str, Any]) -> Declared:
    """What `config` declares.

    Raises:
        ModelError: see `objects`.
    """
    found = tuple(objects(dict(config)))
    orders = (_value(item.config, "data_format") for item in found if item.layer)
    return Declared(
        kind=str(config.get("class_name", "unknown")),
        objects=found,
        inputs=tuple(_inputs(config)),
        data_format=next((str(order) for order in orders if order), None),
    )


def _inputs(config: Mapping[str, Any]) -> Iterator[Shape]:
    inner = config.get("config")
    layers = [item for item in _layers(inner) if isinstance(item, Mapping)]
    named = _value(inner, "input_layers")
    if named is not None:
        names = {str(part) for part in _strings(named)}
        for layer in layers:
            own = layer.get("name") or _value(layer.get("config"), "name")
            if own in names and (shape := _own_shape(layer)):
                yield shape
        return
    if layers and (shape := _own_shape(layers[0])):
        yield shape
        return
    built = (config.get("build_config"), inner)
    shapes = [_value(part, key) for part in built for key in ("input_shape", "build_input_shape")]
    if layers and "layers" in (layers[0].get("config") or {}):
        yield from _inputs(layers[0])
    else:
        yield from (shape for value in shapes[:4] if (shape := _shape(value)))


def _own_shape(layer: Mapping[str, Any]) -> Shape | None:
    config = layer.get("config")
    given = _value(config, "batch_shape") or _value(config, "batch_input_shape")
    return _shape(given)


def _layers(inner: Any) -> list[Any]:
    # Keras 2.0 and 2.1 wrote a Sequential as a bare list
    found = inner if isinstance(inner, list) else _value(inner, "layers")
    return found if isinstance(found, list) else []


def _shape(value: Any) -> Shape | None:
    if isinstance(value, Mapping):
        value = _value(value.get("config"), "value") or value.get("items")
    sizes = isinstance(value, list) and all(size is None or type(size) is int for size in value)
    return tuple(value) if sizes and len(value) > 1 else None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _value(config: Any, key: str) -> Any:
    return config.get(key) if isinstance(config, Mapping) else None
