"""A traced or exported graph as a module whose operations are layers that can be hooked.

An fx graph calls functions, and hooks know modules only: so every operation that gives tensors
becomes a module, called where its weights come from (`features.3`) or, without weights, as the node
in the graph is (`relu_2`). It is interpreted: no code is generated from the graph, whose names may
be anybody's. Used for TorchScript, exported programs and ONNX graphs alike.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, fx, nn

PLAIN_MODULES = frozenset({"_operator", "builtins", "math"})


class Operation(nn.Module):
    """One operation of a graph. Its weights are its own, and are passed in by the graph."""

    def __init__(self, target: Callable[..., Any]) -> None:
        super().__init__()
        self._target = target

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the operation gives."""
        return self._target(*args, **kwargs)


class LayeredGraph(nn.Module):
    """An fx graph over the tensors and operations of this module, run node by node."""

    def __init__(self, graph: fx.Graph) -> None:
        super().__init__()
        self._nodes = graph

    def forward(self, *args: Any) -> Any:
        """What the graph gives, nested as it says."""
        return fx.Interpreter(self, graph=self._nodes).run(*args)


def layered(graph_module: fx.GraphModule, parameters: Iterable[str] | None = None) -> LayeredGraph:
    """A copy of the graph with tensors of its own and operations as layers.

    Args:
        graph_module: left as it is.
        parameters: dotted names of the tensors that are trained, in the order that the new
            module lists them; None takes the graph's own. A tensor under two names stays one.
    """
    graph = copy.deepcopy(graph_module.graph)
    for node in graph.nodes:
        node.meta.clear()
    _open_checks(graph_module, graph)
    operations = _operations(graph)
    root = LayeredGraph(graph)
    _place_tensors(root, graph_module, graph, operations, parameters)
    for name, layer in operations.items():
        if _found(root, name) is None:
            _put(root, name, layer, operations)
    return root


def _operations(graph: fx.Graph) -> dict[str, Operation]:
    """Turns calls of functions into calls of layers; the layers by name."""
    taken = {str(node.target).split(".")[0] for node in graph.nodes if node.op == "get_attr"}
    layers: dict[str, Operation] = {}
    for node in graph.nodes:
        if node.op != "call_function" or not node.users or not _gives_tensors(node.target):
            continue
        name = _owner(node)
        if name in layers and layers[name]._target is not node.target:
            name = ""  # another operation on the same weights
        if not name:
            name = _free(str(node.name), taken)
            taken.add(name)
        layers.setdefault(name, _layer(node.target))
        node.op, node.target = "call_module", name
    return layers


def _layer(target: Any) -> Operation:
    words = str(getattr(target, "__name__", "operation")).split(".")[0].strip("_").split("_")
    kind = "".join(word[:1].upper() + word[1:] for word in words) or "Operation"
    return type(kind, (Operation,), {"__doc__": f"`{target}`."})(target)


def _owner(node: fx.Node) -> str:
    """The module that all weights of an operation belong to; empty where there is not one."""
    owners = {
        str(source.target).rpartition(".")[0]
        for source in node.all_input_nodes
        if source.op == "get_attr"
    }
    return owners.pop() if len(owners) == 1 else ""


def _gives_tensors(target: Any) -> bool:
    if isinstance(target, torch._ops.OpOverload):
        return any("Tensor" in str(value.type) for value in target._schema.returns)
    if isinstance(target, torch._ops.HigherOrderOperator):
        return False  # it is handed graphs, and looks at how they are called
    return target is not operator.getitem and getattr(target, "__module__", "") not in PLAIN_MODULES


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_op"
    return name


def _open_checks(graph_module: fx.GraphModule, graph: fx.Graph) -> None:
    """Checks of the input's shape are called as functions, whose result nobody uses: no layers."""
    for node in graph.nodes:
        if node.op == "call_module" and node.target == "_guards_fn":
            node.op, node.target = "call_function", graph_module.get_submodule("_guards_fn").forward


def _place_tensors(
    root: LayeredGraph,
    source: fx.GraphModule,
    graph: fx.Graph,
    operations: dict[str, Operation],
    parameters: Iterable[str] | None,
) -> None:
    if parameters is None:
        parameters = [name for name, _ in source.named_parameters(remove_duplicate=False)]
    trained = list(parameters)
    used = [str(n.target) for n in graph.nodes if n.op in ("get_attr", "call_module")]
    copies: dict[Any, Tensor] = {}
    for name in dict.fromkeys([*trained, *(name for name in used if name not in operations)]):
        value = _found(source, name)
        if isinstance(value, Tensor):
            value = _copied(value, name in trained, copies)
        if value is not None:
            _put(root, name, value, operations)


def _copied(tensor: Tensor, trained: bool, copies: dict[Any, Tensor]) -> Tensor:
    key = (tensor.data_ptr(), tensor.shape, tensor.stride()) if tensor.numel() else id(tensor)
    if key not in copies:
        own = tensor.detach().clone()
        copies[key] = nn.Parameter(own, own.is_floating_point()) if trained else own
    return copies[key]


def _found(root: nn.Module, name: str) -> Any:
    value: Any = root
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _put(root: nn.Module, name: str, value: Any, operations: dict[str, Operation]) -> None:
    *path, last = name.split(".")
    module, prefix = root, ""
    for part in path:
        prefix = f"{prefix}.{part}".lstrip(".")
        if part not in module._modules:
            module.add_module(part, operations.get(prefix) or nn.Module())
        module = module.get_submodule(part)
    if isinstance(value, nn.Parameter):
        module.register_parameter(last, value)
    elif isinstance(value, Tensor):
        module.register_buffer(last, value)
    elif isinstance(value, nn.Module):
        module.add_module(last, value)
    else:
        setattr(module, last, value)
