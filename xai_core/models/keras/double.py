"""A Keras model's function in double precision, beside the model: what a proof computes with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.passes.calls import Calls

POLICY = "float64"


class KerasTwin(nn.Module):
    """Runs a Keras model on values of its own, without a copy of its layers.

    Keras copies models by saving and loading them, which takes seconds. A layer casts what comes in
    to the precision of its policy, so that policies change while this one runs in double precision;
    and operations promote float64 to float32, as JAX does, which is undone there.

    Args:
        run: a forward pass with these values in the place of the model's variables, in their order.
        values: of the variables. layers: of the model, with the graphs that they keep.
    """

    def __init__(
        self,
        run: Callable[[Tensor, list[Tensor]], Any],
        values: Iterable[Tensor],
        layers: Iterable[Any],
        children: dict[str, Any],
    ) -> None:
        super().__init__()
        self._run, self._layers = run, tuple(layers)
        self._values = [value.detach().clone() for value in values]
        self._modules = children  # those of the model itself, for names and hooks

    def forward(self, inputs: Tensor) -> Any:
        """The model's output; in double precision where the values are."""
        if all(v.dtype != torch.float64 for v in self._values):
            return self._run(inputs, self._values)
        with _double(self._layers), Calls(_kept):
            return self._run(inputs, self._values)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> KerasTwin:
        self._values = [fn(value) for value in self._values]  # and nothing of the model
        return self


def _kept(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The call, with no double number cast to a single one."""
    if len(args) + len(kwargs) < 2:  # a look at a shape, most often
        return function(*args, **kwargs)
    if args and isinstance(args[0], Tensor) and args[0].dtype == torch.float64:
        args = tuple(map(_doubled, args))
        kwargs = {name: _doubled(value) for name, value in kwargs.items()}
    return function(*args, **kwargs)


def _doubled(value: Any) -> Any:
    return torch.float64 if value is torch.float32 else value


@contextmanager
def _double(layers: tuple[Any, ...]) -> Iterator[None]:
    import keras

    policy = keras.DTypePolicy(POLICY)
    changed: list[tuple[dict[str, Any], str, Any]] = []

    def put(owner: Any, name: str, value: Any) -> None:
        attributes = vars(owner)  # Keras' own way takes as long as a small layer
        changed.append((attributes, name, attributes[name]))
        attributes[name] = value

    try:
        for layer in layers:
            if layer.dtype_policy.quantization_mode is None:
                put(layer, "_dtype_policy", policy)
            for tensor in getattr(layer, "_inputs", None) or ():
                if "float" in tensor.dtype:
                    put(tensor, "_dtype", POLICY)  # a graph casts what comes in to this
        yield
    finally:
        for attributes, name, value in reversed(changed):
            attributes[name] = value
