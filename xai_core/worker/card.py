"""What the caller of a worker gets to know of the model that was loaded there."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.finding import Finding
from xai_core.base.several_inputs.packing import Shape
from xai_core.pictures.preprocessing import InputSpec


@dataclass(frozen=True)
class PictureInput:
    """One of several inputs that take pictures. shape: `(C, H, W)`."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class ModelCard:
    """A loaded model, seen from outside its process.

    Attributes:
        file: base name of the file. size: bytes. sha256: of the bytes, hexadecimal.
        loaded_by: the loader and the way it was used. converted_by: converter and version.
        labels: class names, where the file or the architecture carries them.
        labels_assumed: they are ImageNet's, taken for the number of outputs.
        parameters: number of elements in all parameters; 0 for a model that only predicts.
        weights: names of the sets of weights of which one was taken.
        member: what was opened in a package, if it is one. members: all models in it.
        pictures: its inputs that have a picture, the explained one first; none where it is alone.
        device: what it runs on: `cpu`, or the name of a GPU. autocast: whether it is offered there.
    """

    file: str
    format: str
    sha256: str
    size: int
    input_spec: InputSpec
    loaded_by: str
    converted_by: str | None
    labels: tuple[str, ...] | None
    parameters: int
    findings: tuple[Finding, ...]
    device: str = "cpu"
    autocast: bool = False
    labels_assumed: bool = False
    weights: tuple[str, ...] = ()
    member: str = ""
    members: tuple[str, ...] = ()
    pictures: tuple[PictureInput, ...] = ()
