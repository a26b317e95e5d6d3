"""What a model offers to attribution methods, as one forward and backward pass showed it."""

from __future__ import annotations

from dataclasses import dataclass, field

LAYOUTS = {"NCHW": "channels first", "NHWC": "channels last", "NLC": "tokens"}
"""How a feature map lies in an output: batch, channels, height, width, or a length of tokens."""

Digit = tuple[int, int, int]
"""One digit of a token's number: which axis of the grid it counts along (0 for rows, 1 for
columns), to how many, and how many cells one step is."""


@dataclass(frozen=True)
class Layer:
    """One layer as seen in a forward pass.

    Attributes:
        name: dotted name, `features.3`.
        kind: class name, `Conv2d`.
        parameters: number of elements of its own parameters (children not counted).
        output_shape: of its first tensor output where it ran last, batch included; None where it
            never ran.
        spatial: the output is a feature map with more than one place, or the tokens of one.
        grid: `(h, w)` of that map. prefix: tokens before the map's (class token, registers).
        layout: of `LAYOUTS`; empty where the output is no map, or cannot be told to be one.
        order: digits of a token's number, the slowest first; empty for row by row.
        refused: why the output is not read as a map, in a sentence.
        weighs: a convolution or linear layer of torch itself, which rules of relevance are for.
    """

    name: str
    kind: str
    parameters: int
    output_shape: tuple[int, ...] | None
    spatial: bool
    grid: tuple[int, int] | None = None
    prefix: int = 0
    layout: str = ""
    order: tuple[Digit, ...] = ()
    refused: str = ""
    weighs: bool = field(default=False, compare=False)

    @property
    def reading(self) -> str:
        """How the output is read as a map, for a person; empty where it is none."""
        if self.grid is None or not self.layout:
            return ""
        if self.layout != "NLC":
            return LAYOUTS[self.layout]
        order = "in an order of their own" if self.order else "row by row"
        others = f"{self.prefix} other token" + ("s" if self.prefix > 1 else "")
        return f"tokens {order}" + (f" after {others}" if self.prefix else "")


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
        explains_class: what is explained by default is a class.
    """

    predicts: bool
    input_gradient: bool
    rectifiers: int
    float_parameters: int
    layers: tuple[Layer, ...]
    output_shape: tuple[int, ...] | None = None
    why_no_gradient: str | None = None
    explains_class: bool = True

    @property
    def spatial_layers(self) -> tuple[Layer, ...]:
        """Layers that a class activation map can be made of."""
        return tuple(layer for layer in self.layers if layer.spatial)
