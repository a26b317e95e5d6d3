"""MLflow's model: a folder with `MLmodel`, or a zip of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from xai_core.base.errors import ModelError
from xai_core.models.packages.base import PACKAGES, Content, Package, Shape
from xai_core.models.peek.hub_files import PROCESSORS
from xai_core.models.unpacking.listing import models_in, names_in, one_place

FILE = "MLmodel"
MAX_TEXT = 2**18
PLACES = {
    "pytorch": ("model_data",),
    "transformers": ("model_binary",),
    "keras": ("data",),
    "tensorflow": ("data", "saved_model_dir"),
    "onnx": ("data",),
}
"""Of each flavour that may be a network: the entries that name the file or folder of the model."""
PICTURES = ("image_processor", "feature_extractor", "processor")
RANK = 4


@PACKAGES.register
class MLflow(Package):
    """`MLmodel` names flavour, file and signature; of `code/` nothing is run without trust."""

    name: ClassVar[str] = "mlflow"
    title: ClassVar[str] = "an MLflow model"
    order: ClassVar[int] = 10

    def recognise(self, names: Collection[str]) -> bool:
        """By the file `MLmodel`."""
        return bool(one_place(names, FILE))

    def look(self, folder: Path) -> Content:
        """As the contract says; of several, each is one to choose."""
        names = names_in(folder)
        found = [_look(folder, root, names) for root in one_place(names, FILE)]
        if len(found) == 1:
            return found[0]
        return Content({name: one for each in found for name, one in each.models.items()})


def _look(folder: Path, root: str, names: Sequence[str]) -> Content:
    said = _read(folder / root / FILE)
    flavours = _entries(said.get("flavors"))
    flavour = next((name for name in PLACES if name in flavours), "")
    told = _entries(flavours.get(flavour))
    given = [told.get(key) for key in PLACES.get(flavour, ())]
    places = [place for place in given if isinstance(place, str)] or [""]
    inside = [n for n in names if any(_below(n, f"{root}{place}") for place in places)]
    models = models_in(folder, inside)
    if not models:
        raise _without(", ".join(flavours)[:200], flavour)
    code = f"{root}code/"
    facts = {"Flavour": flavour or ", ".join(flavours)[:200]}
    shape = _shape(said.get("signature"))
    if shape is not None:
        facts["Signature"] = " × ".join(map(str, shape))
    return Content(
        models,
        facts,
        shape=shape,
        code=tuple(folder / n for n in names if n.startswith(code) and n.endswith(".py")),
        beside=_processor(folder, f"{root}components/", names),
    )


def _entries(said: Any) -> dict[str, Any]:
    return {k: v for k, v in said.items() if isinstance(k, str)} if isinstance(said, dict) else {}


def _below(name: str, place: str) -> bool:
    folder = place if place.endswith("/") or not place else f"{place}/"
    return name == place or name.startswith(folder)


def _processor(folder: Path, root: str, names: Sequence[str]) -> tuple[Path, ...]:
    """How pictures come in, which this writer keeps in a folder beside the network's."""
    wanted = (f"{root}{part}/{name}" for part in PICTURES for name in PROCESSORS)
    return tuple(folder / name for name in wanted if name in names)[:1]


def _read(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        with path.open("rb") as file:
            told = yaml.safe_load(file.read(MAX_TEXT))
        if not isinstance(told, dict):
            raise TypeError("it holds no entries")
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as cause:
        raise ModelError(
            f"{FILE} should say what the model is, and cannot be read: {type(cause).__name__}.",
            "Log the model again, or give the model file by itself.",
            code="corrupt-file",
        ) from cause
    return told


def _shape(signature: Any) -> Shape | None:
    """`(C, H, W)` of the one tensor that goes in, where it is a picture with channels first."""
    try:
        (given,) = json.loads(signature["inputs"])
        sizes = given["tensor-spec"]["shape"]
        _batch, channels, height, width = sizes
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    whole = all(type(one) is int for one in sizes)
    known = whole and min(channels, height, width) > 0
    return (channels, height, width) if known and channels <= min(height, width) else None


def _without(flavours: str, flavour: str) -> ModelError:
    known = ", ".join(PLACES)
    if flavour:
        message = (
            f"`{FILE}` says that a model of flavour {flavour} is here; there is no file of it."
        )
        return ModelError(message, "Give the whole folder of the model.", code="missing-weights")
    return ModelError(
        f"This is an MLflow model of flavour {flavours or 'none'}; a network was "
        f"expected ({known}).",
        "Choose a vision model, or give its file by itself.",
        code="unknown-format",
    )
