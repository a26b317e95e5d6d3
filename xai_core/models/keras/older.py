"""Configurations of Keras 1 and 2, put into the words of Keras 3. Only data is rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xai_core.models.keras.builtin_names import known_operations
from xai_core.models.keras.older_nodes import (
    HARD_SIGMOID,
    LAYER_SCALE,
    OPERATION,
    rewrite_graph,
    rewrite_operation,
)

MODELS = {
    "Functional": "keras.src.models.functional",
    "Model": "keras.src.models.functional",
    "Sequential": "keras",
}
MOVED = ("tf_keras.", "tensorflow.keras.", "tensorflow.python.keras.")
_OF_KERNEL = ("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
UNUSED = {
    "DepthwiseConv2D": _OF_KERNEL,
    "SeparableConv2D": _OF_KERNEL,
    "SeparableConv1D": _OF_KERNEL,
    "Conv2DTranspose": ("groups",),
    "SpatialDropout2D": ("trainable", "noise_shape"),
}
"""Written by Keras 2, without effect, and refused by Keras 3."""


def modernise(config: Any, version: str) -> Any:
    """A configuration that Keras 3 understands, out of one of any version.

    Integer inputs become float ones everywhere: a picture of whole numbers is the same, and a
    gradient can reach it.
    """
    old = not version.startswith("3")
    copy = _copied(config)
    if old and isinstance(copy, dict) and isinstance(copy.get("config"), list):
        copy["config"] = {"name": "sequential", "layers": copy["config"]}
    if old:
        copy = _renamed(copy, _slashed(copy))
    for item in _dicts(copy):
        if old:
            _rename(item)
            _rewrite(item)
        else:
            _place_operation(item)
        inner = item.get("config")
        if item.get("class_name") == "InputLayer" and isinstance(inner, dict):
            inner["dtype"] = "float32" if "int" in str(inner.get("dtype")) else inner.get("dtype")
    return copy


def _place_operation(item: dict[str, Any]) -> None:
    """Say where an operation is from: Keras 3 writes that into .keras files, not into HDF5, and
    there takes `x * 0.5` for the layer of the same name.
    """
    kind, inner = item.get("class_name"), item.get("config")
    bare = "module" not in item and "inbound_nodes" in item and isinstance(inner, dict)
    if bare and not {"dtype", "trainable", "layers"} & set(inner or {}):
        module = known_operations().get(str(kind))
        if module is not None:
            item["module"] = module


def _rename(item: dict[str, Any]) -> None:
    module, kind = item.get("module"), item.get("class_name")
    if not isinstance(module, str):
        return
    for start in MOVED:
        if module.startswith(start):
            module = "keras." + module.removeprefix(start)
    if module in ("tf_keras", "keras.engine", "keras.src"):
        module = "keras"
    if ".init_ops" in module:
        module = "keras.initializers"
        item["registered_name"] = None
    if ".engine." in module and kind in MODELS:
        module = MODELS[str(kind)]
        item["class_name"] = "Functional" if kind == "Model" else kind
        item["registered_name"] = kind
    elif module.startswith(("keras.src.layers.", "keras.layers.", "keras.engine.", "keras.src.en")):
        module = "keras.layers"
        item["registered_name"] = None
    item["module"] = module


def _rewrite(item: dict[str, Any]) -> None:
    kind, inner = item.get("class_name"), item.get("config")
    if kind in ("Policy", "PolicyV1") and isinstance(inner, dict):
        name = inner.get("name")
        item.clear()
        item |= {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}}
        return
    if kind == OPERATION:
        rewrite_operation(item)
        return
    if not isinstance(inner, dict):
        return
    for name in UNUSED.get(str(kind), ()):
        inner.pop(name, None)
    if kind == "Sequential":
        _with_input(inner)
    _input_shape(item, inner)
    axis = inner.get("axis")
    if kind == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = axis[0]
    if inner.get("activation") == "hard_sigmoid":
        # Keras 3 gave this name to another function: relu6(x + 3) / 6
        names = {"config": HARD_SIGMOID, "registered_name": HARD_SIGMOID}
        inner["activation"] = {"class_name": "function", **names}
    if kind == "LayerScale" and "module" not in item and "projection_dim" in inner:
        item["class_name"] = LAYER_SCALE
    if kind in MODELS:
        rewrite_graph(inner)


def _with_input(inner: dict[str, Any]) -> None:
    """Let a Sequential start with the input that its first layer names."""
    layers = inner.get("layers")
    if not isinstance(layers, list) or not layers:
        return
    first = layers[0]
    if not isinstance(first, dict) or first.get("class_name") == "InputLayer":
        return
    own = first.get("config")
    shape = own.get("batch_input_shape") if isinstance(own, dict) else None
    if shape is not None:
        start: dict[str, Any] = {"class_name": "InputLayer", "config": {"batch_shape": shape}}
        if "module" in first:
            start |= {"module": "keras.layers", "registered_name": None}
        layers.insert(0, start)


def _input_shape(item: dict[str, Any], inner: dict[str, Any]) -> None:
    shape = inner.pop("batch_input_shape", None)
    if shape is not None and item.get("class_name") == "InputLayer":
        inner["batch_shape"] = shape


def _slashed(config: Any) -> dict[str, str]:
    """Layer names with a slash, which Keras 3 refuses, and names without."""
    inner = (item.get("config") for item in _dicts(config) if "class_name" in item)
    names = {str(one.get("name")) for one in inner if isinstance(one, dict)}
    return {name: name.replace("/", "_") for name in names if "/" in name}


def _renamed(config: Any, names: Mapping[str, str]) -> Any:
    if isinstance(config, dict):
        return {key: _renamed(value, names) for key, value in config.items()}
    if isinstance(config, list):
        return [_renamed(value, names) for value in config]
    return names.get(config, config) if isinstance(config, str) else config


def _copied(config: Any) -> Any:
    if isinstance(config, Mapping):
        return {key: _copied(value) for key, value in config.items()}
    return [_copied(value) for value in config] if isinstance(config, list) else config


def _dicts(config: Any) -> Iterator[dict[str, Any]]:
    if isinstance(config, dict):
        yield config
        for value in list(config.values()):
            yield from _dicts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _dicts(value)
