"""The graphs of Keras 2, for Keras 3.

Keras 2 stored a TensorFlow call (`x * 0.5`, `tf.nn.relu6(x)`) as a layer of its own.

Its arguments stand in the graph's nodes, which Keras 3 cannot read; here they move into the
layer's configuration, and only references to other layers stay in the nodes.
"""

from __future__ import annotations

from typing import Any

OPERATION = "TFOpLambda"
REPLACEMENT = "pedestal>TensorFlowCall"
SCALED_SUM = "Custom>CustomScaleLayer"
HARD_SIGMOID = "pedestal>Keras2HardSigmoid"
LAYER_SCALE = "pedestal>LayerScale"
OURS = frozenset({REPLACEMENT, SCALED_SUM, HARD_SIGMOID, LAYER_SCALE})
"""Names that stand for this package's own layers and functions."""
CONSTANT = "_CONSTANT_VALUE"


def rewrite_operation(item: dict[str, Any]) -> None:
    """Rewrite one such layer in place; one that is used twice stays as it is, and is named."""
    config, nodes = item.get("config"), item.get("inbound_nodes")
    if not isinstance(config, dict) or not isinstance(nodes, list) or len(nodes) != 1:
        return
    entries = nodes[0] if _is_list_of_entries(nodes[0]) else [nodes[0]]
    if not all(_is_entry(entry) for entry in entries):
        return
    constants: dict[str, Any] = {}
    tensors: list[str] = []
    references: list[list[Any]] = []
    for entry in entries:
        if entry[0] == CONSTANT:
            constants["0"] = entry[2]
        else:
            tensors.append("0")
            references.append([*entry[:3], {}])
    for name, value in (entries[0][3] if len(entries[0]) > 3 else {}).items():
        if _is_reference(value):
            tensors.append(name)
            references.append([*value, {}])
        elif name != "name" and value is not None:
            constants[name] = value
    item["class_name"] = REPLACEMENT
    item.pop("module", None)
    item["registered_name"] = REPLACEMENT
    item["inbound_nodes"] = [references]
    item["config"] = {
        "name": config.get("name"),
        "function": config.get("function"),
        "constants": constants,
        "tensors": tensors,
    }


def rewrite_graph(inner: dict[str, Any]) -> None:
    """Rewrite the ends of a graph, and its references to models inside, in place.

    Keras 2 took a list of one tensor for the tensor. And it counted a nested model's own
    construction as its first use, which Keras 3 does not.
    """
    for key in ("input_layers", "output_layers"):
        ends = inner.get(key)
        if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list):
            inner[key] = ends[0]
    layers = inner.get("layers")
    nested = [item for item in layers if isinstance(item, dict)] if isinstance(layers, list) else []
    kinds = {item.get("name"): item.get("class_name") for item in nested}
    models = {name for name, kind in kinds.items() if kind in ("Functional", "Model", "Sequential")}
    _count_from_zero([item.get("inbound_nodes") for item in nested], models)
    # Keras 3 itself counts a Functional from zero where a graph ends, and only there.
    sequential = {name for name in models if kinds[name] == "Sequential"}
    _count_from_zero([inner.get("output_layers")], sequential)


def _count_from_zero(nodes: Any, names: set[Any]) -> None:
    if isinstance(nodes, dict):
        _count_from_zero(list(nodes.values()), names)
    elif isinstance(nodes, list):
        named = len(nodes) >= 3 and isinstance(nodes[0], str) and nodes[0] in names
        if named and type(nodes[1]) is int and nodes[1] > 0:
            nodes[1] -= 1
        for part in nodes:
            _count_from_zero(part, names)


def _is_list_of_entries(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(_is_entry(entry) for entry in node)


def _is_entry(entry: Any) -> bool:
    whole = isinstance(entry, list) and len(entry) in (3, 4) and isinstance(entry[0], str)
    return whole and (len(entry) == 3 or isinstance(entry[3], dict))


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and type(value[1]) is int
        and type(value[2]) is int
    )
