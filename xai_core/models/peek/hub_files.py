"""A model as Hugging Face's libraries write it: `config.json`, its weights, how pictures come in.

Given as the folder, zipped, or by its weights, beside which the others lie. Nothing is unpacked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xai_core.base.storage.zips import zip_names, zip_read

CONFIG, PROCESSORS = "config.json", ("preprocessor_config.json", "processor_config.json")
BESIDE = (CONFIG, *PROCESSORS)
WEIGHTS = (
    *("model.safetensors", "model.safetensors.index.json"),
    *("pytorch_model.bin", "pytorch_model.bin.index.json"),
)
INDEX = ".index.json"
SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
NOT_WEIGHTS = ("training_args", "optimizer", "scheduler", "rng_state", "adapter_", "scaler")
NOT_HERE = {"saved_model.pb", "model.weights.h5"}  # another format's
DEEPEST, MOST = 3, 2000
MAX_TEXT = 20_000_000


@dataclass(frozen=True)
class HubFiles:
    """What a model's path leads to.

    Attributes:
        root: the part of the path's inside in which the files lie: `""` or `"name/"`.
        names: of the files there. weights: the one that is read; "" where there is none.
        config, processor: what their JSON says; empty where there is none.
    """

    root: str
    names: tuple[str, ...]
    weights: str
    config: dict[str, Any] = field(default_factory=dict)
    processor: dict[str, Any] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """`model_type`, as transformers calls a family; "" where the file does not say."""
        return str(self.config.get("model_type") or "")

    @property
    def class_name(self) -> str:
        """The class that wrote it; "" where the file does not say."""
        named = self.config.get("architectures")
        return str(named[0]) if isinstance(named, list) and named else ""

    @property
    def timm_name(self) -> str:
        """The architecture in timm's own `config.json`; "" in any other."""
        named = self.config.get("architecture")
        return named if isinstance(named, str) else ""

    @property
    def known(self) -> bool:
        """The configuration says what the model is."""
        return bool(self.family or self.class_name or self.timm_name)


def hub_files(path: Path) -> HubFiles | None:
    """None where the path leads to nothing of the kind. Never raises."""
    try:
        if path.is_dir():
            return _of_folder(path)
        if (path.parent / CONFIG).is_file() and path.name != CONFIG:
            return _beside(path)
        names = zip_names(path)
    except OSError:
        return None
    if not names or any(Path(name).name in NOT_HERE for name in names):
        return None
    return _found(names, lambda name: zip_read(path, name, MAX_TEXT))


def pieces_beside(index: Path) -> tuple[str, ...]:
    """Names of the files that an index of weights lists, where `index` is one. Never raises."""
    if not index.name.endswith(INDEX):
        return ()
    try:
        listed = _object(index.read_bytes()).get("weight_map")
    except OSError:
        return ()
    names = {str(name) for name in listed.values()} if isinstance(listed, dict) else set()
    return tuple(sorted(name for name in names if Path(name).name == name))[:MOST]


def _of_folder(folder: Path) -> HubFiles | None:
    names = list(_below(folder, folder, DEEPEST))[:MOST]
    if NOT_HERE & set(names):
        return None
    return _found(names, lambda name: (folder / name).read_bytes())


def _below(folder: Path, top: Path, depth: int) -> Iterable[str]:
    for item in sorted(folder.iterdir()):
        if item.is_dir() and not item.is_symlink() and depth > 0:
            yield from _below(item, top, depth - 1)
        elif item.is_file():
            yield item.relative_to(top).as_posix()


def _found(names: Iterable[str], read: Callable[[str], bytes | None]) -> HubFiles | None:
    """The one place with a configuration, else with weights; the outermost of several."""
    places = _places(names, (CONFIG,)) or _places(names, WEIGHTS)
    if len(places) > 1 and places[0].count("/") == places[1].count("/"):
        return None
    root = places[0] if places else ""
    here = tuple(
        name[len(root) :]
        for name in names
        if name.startswith(root) and "/" not in name[len(root) :] and name != root
    )
    return _told(root, here, lambda name: read(root + name))


def _places(names: Iterable[str], wanted: Iterable[str]) -> list[str]:
    found = {
        name.removesuffix(one) for one in wanted for name in names if f"/{name}".endswith(f"/{one}")
    }
    return sorted(found, key=lambda place: place.count("/"))


def _beside(path: Path) -> HubFiles | None:
    names = tuple(name for name in BESIDE if (path.parent / name).is_file())
    found = _told("", (*names, path.name), lambda name: (path.parent / name).read_bytes())
    return found if found is not None and found.known and found.weights else None


def _told(
    root: str, names: tuple[str, ...], read: Callable[[str], bytes | None]
) -> HubFiles | None:
    def parsed(name: str) -> dict[str, Any]:
        return _object(read(name)) if name in names else {}

    config, weights = parsed(CONFIG), weights_among(names)
    processor = parsed(PROCESSORS[0]) or parsed(PROCESSORS[1])
    inner = processor.get("image_processor")  # in a file of a model for texts, too
    processor = inner if isinstance(inner, dict) else processor
    found = HubFiles(root, names, weights, config, processor)
    return found if found.known or (weights in WEIGHTS) else None


def weights_among(names: Iterable[str]) -> str:
    """The file of weights: by its usual name, else the only one of its kind; "" for none."""
    held = list(names)
    usual = next((name for name in WEIGHTS if name in held), None)
    if usual is not None:
        return usual
    others = [name for name in held if not name.lower().startswith(NOT_WEIGHTS)]
    for suffix in SUFFIXES:
        found = [name for name in others if name.endswith(suffix)]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _object(data: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
