"""TorchServe's `.mar`: what `torch-model-archiver` writes, as zip, `.tar.gz` or folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar

from xai_core.base.errors import InputError, ModelError
from xai_core.models.packages.base import PACKAGES, Content, Package
from xai_core.models.unpacking.listing import models_in, names_in, one_place
from xai_core.targets.labels import Labels, parse_labels

MANIFEST = "MAR-INF/MANIFEST.json"
LABELS = "index_to_name.json"
MAX_TEXT = 10_000_000


@PACKAGES.register
class TorchServe(Package):
    """Its manifest names the file, `index_to_name.json` the classes; its handler is never run."""

    name: ClassVar[str] = "torchserve"
    title: ClassVar[str] = "a TorchServe archive"
    order: ClassVar[int] = 20

    def recognise(self, names: Collection[str]) -> bool:
        """By its manifest."""
        return len(one_place(names, MANIFEST)) == 1

    def look(self, folder: Path) -> Content:
        """As the contract says; the file that defines the network is taken with trust only."""
        names = names_in(folder)
        (root,) = one_place(names, MANIFEST)
        said = _manifest(folder / root / MANIFEST)
        serialized = f"{root}{said.get('serializedFile') or ''}"
        models = models_in(folder, [name for name in names if name.startswith(root)])
        if serialized in models or (serialized in names and serialized != root):
            beside = {n: one for n, one in models.items() if one == (folder / serialized).parent}
            models = beside or {serialized: folder / serialized}
        code = f"{root}{said.get('modelFile') or ''}"
        facts = {"Name": said.get("modelName"), "Handler": said.get("handler")}
        told = {heading: str(fact)[:200] for heading, fact in facts.items() if fact}
        if "Handler" in told:
            told["Handler"] += ", which is never run"
        return Content(
            models,
            told,
            labels=_labels(folder / root / LABELS),
            code=(folder / code,) if code in names and code.endswith(".py") else (),
        )


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MAX_TEXT))
        found = told["model"]
        if not isinstance(found, dict):
            raise TypeError("its entry `model` is no object")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as cause:
        raise ModelError(
            f"{MANIFEST} should say which file holds the model, and cannot be read: {cause}.",
            "Write the archive again with torch-model-archiver.",
            code="corrupt-file",
        ) from cause
    return {key: one for key, one in found.items() if isinstance(one, str)}


def _labels(path: Path) -> Labels | None:
    """None where there are none, or none that can be read: classes have numbers then."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MAX_TEXT))
        held = told.get("mapping", told) if isinstance(told, dict) else told
        if isinstance(held, dict):  # the usual one of ImageNet: ["n01440764", "tench"]
            held = {key: one[-1] if isinstance(one, list) else one for key, one in held.items()}
        return parse_labels(json.dumps(held).encode())
    except (OSError, ValueError, TypeError, IndexError, RecursionError, InputError):
        return None
