"""What a model offers to attribution methods, as one forward and backward pass showed it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One layer as seen in a forward pass.

    Attributes:
        name: dotted name, `features.3`.
        kind: class name, `Conv2d`.
        parameters: number of elements of its own parameters (children not counted).
        output_shape: of its first tensor output, batch included; None where it never ran.
        spatial: the output is a feature map: `[B, C, h, w]` with h·w > 1, or the tokens of one.
        grid: `(h, w)` of that map. prefix: tokens before the map's (class token, registers).
    """

    name: str
    kind: str
    parameters: int
    output_shape: tuple[int, ...] | None
    spatial: bool
    grid: tuple[int, int] | None = None
    prefix: int = 0


@dataclass(frozen=True)
class Capabilities:
    """What a model was seen to offer to attribution methods, in one forward and backward pass.

    Attributes:
        predicts: a forward pass gave a finite score.
        input_gradient: the gradient of the score reached the input, finite and not zero.
        rectifiers: how many rectifier calls ran in the forward pass.
        float_parameters: number of elements in floating-point parameters.
        layers: every layer that ran, in the order in which it first ran.
        why_no_gradient: the reason in a sentence where `input_gradient` is False.
    """

    predicts: bool
    input_gradient: bool
    rectifiers: int
    float_parameters: int
    layers: tuple[Layer, ...]
    output_shape: tuple[int, ...] | None = None
    why_no_gradient: str | None = None

    @property
    def spatial_layers(self) -> tuple[Layer, ...]:
        """Layers that a class activation map can be made of."""
        return tuple(layer for layer in self.layers if layer.spatial)
