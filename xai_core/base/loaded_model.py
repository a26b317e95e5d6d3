"""A model that can be run, as a value: what loading a file gives, whatever its format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.arrays import Inputs
from xai_core.base.finding import Finding
from xai_core.base.input_spec import InputSpec

if TYPE_CHECKING:
    from torch import nn

Predictor = Callable[[Inputs], Any]
"""Float32 `[B, C, H, W]` in; the output of the source runtime as NumPy arrays (nested as it is)."""


@dataclass(frozen=True)
class LoadedModel:
    """A model that can be run, in this process.

    Attributes:
        module: in eval mode; None where the file only predicts.
        reference: predictor of the source runtime, where there is one.
        loaded_by: the loader and the way it was used, in a few words.
        converted_by: converter and version, where the module is a conversion.
        labels: class names, where the file or the architecture carries them.
        labels_assumed: they are ImageNet's, taken for the number of outputs.
        layers_readable: hooks and parameters of inner layers can be relied on.
        findings: what loading established.
        weights: names of the sets of weights of which one was taken, where the file holds several.
        member: what was opened in a package; empty where the file is a model itself. members: all
            models in it.
    """

    path: Path
    format: str
    sha256: str
    size: int
    module: nn.Module | None
    input_spec: InputSpec
    loaded_by: str
    reference: Predictor | None = None
    converted_by: str | None = None
    labels: tuple[str, ...] | None = None
    labels_assumed: bool = False
    layers_readable: bool = True
    findings: tuple[Finding, ...] = ()
    weights: tuple[str, ...] = ()
    member: str = ""
    members: tuple[str, ...] = ()
