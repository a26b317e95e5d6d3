"""A Keras model as a torch module like any other: NCHW in, layers and weights in plain sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import torch
from torch import Tensor, nn

from xai_core.base.several_inputs.held import like
from xai_core.models.keras.double import KerasTwin
from xai_core.models.keras.layout import Layout


@dataclass(frozen=True)
class Fixed:
    """A model's inputs in their order, and the values of all but the picture's."""

    names: tuple[str, ...]
    values: Mapping[str, np.ndarray]

    def around(self, picture: Tensor, batch: Tensor) -> list[Tensor]:
        """What the model is called with. batch: `[B, …]`, one of each sample."""
        return [
            like(torch.from_numpy(self.values[name]), batch) if name in self.values else picture
            for name in self.names
        ]


class KerasModule(nn.Module):
    """Runs a Keras model for inference on `[B, C, H, W]`.

    Keras keeps its layers in lists that torch does not see, and its weights in variables of its
    own, so that hooks, `functional_call`, conversions and copies would miss them. Here every layer
    is a child under its Keras path, its trained weights are parameters of it and its other state
    buffers; a forward pass hands Keras these values and lets it keep no new ones.

    Args:
        model: a built Keras model; it belongs to this module from now on.
        fixed: what it takes beside the picture.
    """

    def __init__(self, model: Any, layout: Layout, fixed: Fixed | None = None) -> None:
        super().__init__()
        self._fixed = fixed
        self.layout = layout
        self.data_format = layout.features
        self._model = (model,)  # in a tuple: its layers are children here, it is not
        self._slots: list[tuple[Any, nn.Module, str]] = []
        model.trainable = True  # frozen layers have trained weights, too
        trained = {id(variable) for variable in model.trainable_variables}
        taken: set[int] = set()
        layers = list(_paths(model))
        for _, layer in [*layers, ("", model)]:
            _hide_bookkeeping(layer)
        for path, layer in reversed(layers):  # the innermost layer of a variable owns it
            self._own(layer, layer, trained, taken)
            self._modules[f"{path}_" if hasattr(self, path) else path] = layer
        self._own(self, model, trained, taken)
        self._modules = dict(reversed(self._modules.items()))

    @property
    def model(self) -> Any:
        """The Keras model."""
        return self._model[0]

    def forward(self, inputs: Tensor) -> Any:
        """The model's output, nested as it is."""
        return self._run(inputs, [_held(holder, name) for _, holder, name in self._slots])

    def _run(self, inputs: Tensor, values: list[Any]) -> Any:
        scope = keras.StatelessScope()
        # Not as its argument, which would cast the values to the precision of the file.
        variables = (id(variable) for variable, _, _ in self._slots)
        scope.state_mapping.update(dict(zip(variables, values, strict=True)))
        given = self.layout.arrange(inputs)
        with keras.device(str(inputs.device)), scope:
            return self.model(
                given if self._fixed is None else self._fixed.around(given, inputs), training=False
            )

    def __deepcopy__(self, memo: dict[int, Any]) -> nn.Module:
        """The same function on values of its own; the readiness check computes with it."""
        values = [_held(holder, name) for _, holder, name in self._slots]
        layers = _with_graphs(self.model, *self.children())
        twin = KerasTwin(self._run, values, layers, self._modules)
        return twin.train(self.training) if self.training else twin.eval()

    def _own(self, holder: nn.Module, layer: Any, trained: set[int], taken: set[int]) -> None:
        for variable in layer.variables:
            if id(variable) in taken:
                continue
            taken.add(id(variable))
            kind = holder._parameters if id(variable) in trained else holder._buffers
            name = _free_name(holder, str(variable.name))
            value = variable.value.detach()
            kind[name] = nn.Parameter(value) if kind is holder._parameters else value
            self._slots.append((variable, holder, name))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> KerasModule:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._follow()
        return self

    def _follow(self) -> None:
        """Let Keras compute in float32 once all weights are: each layer casts to its own."""
        if any(p.dtype != torch.float32 for p in self.parameters() if p.is_floating_point()):
            return
        for layer in _with_graphs(self.model, *self.children()):
            policy = layer.dtype_policy
            if policy.quantization_mode is None and policy.name != "float32":
                layer.dtype_policy = "float32"
            for tensor in getattr(layer, "_inputs", None) or ():
                if "float" in tensor.dtype:
                    tensor._dtype = "float32"  # a graph casts what comes in to this


def _paths(layer: Any, prefix: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, Any]]:
    """Every layer below, once, under its path: `backbone/conv1`."""
    seen = set() if seen is None else seen
    names: set[str] = set()
    inner = layer.layers if isinstance(layer, keras.Model) else layer._flatten_layers(False, False)
    for child in inner:
        if id(child) in seen or isinstance(child, keras.layers.InputLayer):
            continue
        seen.add(id(child))
        base = name = str(child.name).replace(".", "_")
        number = 1
        while name in names:  # Keras wants unique names within a graph only
            number += 1
            name = f"{base}_{number}"
        names.add(name)
        yield f"{prefix}{name}", child
        yield from _paths(child, f"{prefix}{name}/", seen)


def _hide_bookkeeping(layer: Any) -> None:
    """Take Keras' own children and parameter lists out of torch's sight; they stay attributes."""
    for name, child in list(layer._modules.items()):
        if name == "_torch_params" or isinstance(child, keras.layers.Layer):
            del layer._modules[name]
            vars(layer)[name] = {} if name == "_torch_params" else child


def _free_name(holder: nn.Module, wanted: str) -> str:
    base = name = wanted.replace(".", "_").replace("/", "_")
    number = 1
    while name in holder._parameters or name in holder._buffers:
        number += 1
        name = f"{base}_{number}"
    return name


def _held(holder: nn.Module, name: str) -> Any:
    found: Any = holder._parameters.get(name)
    return holder._buffers[name] if found is None else found


def _with_graphs(*layers: Any) -> Iterator[Any]:
    """The layers, and the graphs that sequential models keep of themselves."""
    for layer in layers:
        yield layer
        graph = getattr(layer, "_functional", None)
        if graph is not None:
            yield graph
