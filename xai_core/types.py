"""Shapes, and the frozen results that cross module borders.

Axes: `b` batch, `c` channels, `h` height, `w` width. Arrays are NumPy here; torch
stays inside the files that compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Float64, UInt8

from xai_core.pace import Pace
from xai_core.target import Explained, of_class

Inputs = Float32[np.ndarray, "b c h w"]  # what a model is fed, after preprocessing
Values = Float32[np.ndarray, "b c h w"]  # raw attributions
Map = Float[np.ndarray, "h w"]  # one map
Maps = Float[np.ndarray, "b h w"]  # canonical maps
Scores = Float64[np.ndarray, "b"]  # one metric value a map
Sweep = Float64[np.ndarray, "b q"]  # one metric value a map and quantile
Picture = UInt8[np.ndarray, "h w 3"]  # what a person sees

Level = Literal["ready", "input-gradients", "inference-only", "rejected"]
Severity = Literal["error", "warning", "info"]

Progress = Callable[[int, int], None]
"""Called as `progress(done, total)` in samples; raises `Cancelled` to stop the work."""


@dataclass(frozen=True)
class Preview:
    """A map that is still being sampled.

    Attributes:
        values: float32 `[h, w]` in input resolution, channels added up.
        error: relative standard error; None before it can be told.
        method: name of the method, where several are computed.
    """

    values: Float32[np.ndarray, "h w"]
    error: float | None = None
    method: str = ""


@runtime_checkable
class Watcher(Protocol):
    """A `Progress` that also looks at maps while they are sampled."""

    def __call__(self, done: int, total: int) -> None:
        """As `Progress`."""

    def preview(self, make: Callable[[], Preview]) -> None:
        """Offered after every few samples; `make` is called where one is wanted just now."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check, or the loading, established.

    Attributes:
        code: stable name, documented in the README.
        severity: an `error` is a reason why a model is below `ready`.
        where: the user's source line, `adapter.py:37`.
        layer: the layer's dotted name, `features.3`.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    where: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Availability:
    """Whether a method can be started on a model, and the reason where it cannot."""

    available: bool
    reason: str | None = None


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


@dataclass(frozen=True)
class Verdict:
    """Whether a model file can be explained with gradients, and why.

    Attributes:
        file: base name of the file. sha256: of its bytes.
        evidence: figures behind the level (norms, cosines, counts), JSON-serialisable.
        methods: availability by method name.
    """

    file: str
    sha256: str
    format: str
    level: Level
    summary: str
    findings: tuple[Finding, ...] = ()
    input_shape: tuple[int, ...] | None = None
    output_shape: tuple[int, ...] | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    methods: Mapping[str, Availability] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_verdict

        return of_verdict(self)


@dataclass(frozen=True)
class Attribution:
    """Raw attributions of one method, before any canonical step.

    Attributes:
        values: float32 `[B, C, H, W]` in input resolution; signed where the method is.
        parameters: the method's parameters as asked for. seed: of its random draws.
        chosen: what the method picked where a parameter left it open (the layer, the window), and
            how far it sampled (`samples`, `standard_error`), what autocast did to it
            (`autocast_cosine`, `autocast_difference`); a list where pictures differ.
        target: the class that was explained, one entry a sample; None for the only score, or where
            it was no class.
        native_size: `(h, w)` at which the method sees; coarser than the input for CAM.
        seconds: wall time.
        explained: what was explained, one entry a sample; none in runs of an earlier version.
        pace: how the model was run; another one gives the same map up to rounding, and one with
            autocast up to what `chosen` says.
    """

    values: Values
    method: str
    parameters: Mapping[str, Any]
    seed: int
    target: tuple[int | None, ...]
    native_size: tuple[int, int]
    seconds: float
    signed: bool
    chosen: Mapping[str, Any] = field(default_factory=dict)
    explained: tuple[Explained, ...] = ()
    pace: Pace = field(default_factory=Pace)

    @property
    def targets(self) -> tuple[Explained, ...]:
        """What was explained, one entry a sample, whatever version wrote it."""
        return self.explained or tuple(map(of_class, self.target))

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_attribution

        return of_attribution(self)
