"""The layers of a head, as far as their tensors tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["Linear", "BatchNorm1d", "LayerNorm", "PReLU"]
Shapes = Mapping[str, tuple[int, ...]]
AVERAGED = {"running_mean", "running_var"}
COUNTER = "num_batches_tracked"


class UnclearError(Exception):
    """The tensors do not say what is computed with them; the text says why."""


@dataclass(frozen=True)
class Layer:
    """One layer with tensors.

    Attributes:
        path: its name in the head, `3` or `mlp.fc1`; "" where the head is this layer.
        inputs, outputs: lengths of the vectors that it takes and gives.
        bias: it has one; a normalisation: it has scale and shift.
    """

    path: str
    kind: Kind
    inputs: int
    outputs: int
    bias: bool = True

    @property
    def linear(self) -> bool:
        """It mixes its inputs."""
        return self.kind == "Linear"

    @property
    def text(self) -> str:
        """For a person: `Linear 512 → 5`."""
        size = f"{self.inputs} → {self.outputs}" if self.linear else str(self.inputs)
        return self.kind if self.kind == "PReLU" else f"{self.kind} {size}"


def layers_of(shapes: Shapes) -> list[Layer]:
    """The layers that these tensors belong to, in the order in which they come.

    Raises:
        UnclearError: a layer of another kind is among them.
    """
    grouped: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        path, _, leaf = name.rpartition(".")
        grouped.setdefault(path, {})[leaf] = shape
    return [_layer(path, held) for path, held in grouped.items()]


def _layer(path: str, held: Shapes) -> Layer:
    leaves = held.keys() - {COUNTER}
    weight = held.get("weight", ())
    affine = {"weight", "bias"} <= leaves
    if leaves in ({"weight"}, {"weight", "bias"}) and len(weight) == 2:
        return Layer(path, "Linear", weight[1], weight[0], affine)
    flat = all(len(held[leaf]) == 1 for leaf in leaves)
    if flat and leaves - {"weight", "bias"} == AVERAGED and affine == bool(weight):
        size = held["running_mean"][0]
        return Layer(path, "BatchNorm1d", size, size, affine)
    if flat and leaves == {"weight", "bias"} and held["weight"] == held["bias"]:
        return Layer(path, "LayerNorm", weight[0], weight[0])
    if leaves == {"weight"} and weight == (1,):
        return Layer(path, "PReLU", 1, 1)
    listed = ", ".join(f"{leaf} {held[leaf]}" for leaf in sorted(leaves))
    raise UnclearError(f"the layer {path or 'of the head'!r} has {listed}")
