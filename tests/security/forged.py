"""Modules whose state a file chooses, and what must hold of any module that comes out of one."""

from __future__ import annotations

import copyreg
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from tests.models.formats.hostile import archive

BEHAVIOUR = ("hook", "compiled_call")


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)
    ).eval()


def saved(path: Path, change: Callable[[nn.Sequential], object]) -> nn.Sequential:
    """The network as it would be without the change, which the file has."""
    model = network()
    change(model)
    forge(model, path)
    return network()


def forge(model: object, path: Path) -> None:
    """As `torch.save`, which no layer and no mapping has a say in."""
    module = ModuleType("pickle")
    vars(module).update(vars(pickle))
    module.Pickler = _AsTheyAre  # type: ignore[attr-defined]
    torch.save(model, path, pickle_module=module)


class _AsTheyAre(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, nn.Module):
            return copyreg.__newobj__, (type(obj),), vars(obj)  # type: ignore[attr-defined]
        if type(obj) is OrderedDict:
            return OrderedDict, (), vars(obj) or None, None, iter(list(dict.items(obj)))
        return NotImplemented


def put(**state: Any) -> Callable[[nn.Module], object]:
    """Attributes past `nn.Module`'s own checks, on the layer itself."""
    return lambda model: vars(model).update(state)


def loud(value: Any) -> list[str]:
    """Whatever of a restored module is more than data; empty where nothing is."""
    found = []
    for name, layer in value.named_modules():
        for key, held in vars(layer).items():
            if any(word in key for word in BEHAVIOUR) and held not in (None, True, False) and held:
                found.append(f"{name}.{key}")
            if isinstance(held, dict | set) and type(held).__name__ not in ("dict", "set"):
                found += [f"{name}.{key} is odd"] if vars(held) else []
            if isinstance(held, nn.Module):
                found.append(f"{name}.{key} is a layer")
            if hasattr(type(layer), key) and callable(getattr(type(layer), key)):
                found.append(f"{name}.{key} replaces its class's")
        for key, tensor in (*layer._parameters.items(), *layer._buffers.items()):
            if tensor is not None and (tensor._backward_hooks or vars(tensor)):
                found.append(f"{name}.{key} has behaviour")
    return found


def pickled(path: Path, made: Any, storages: dict[str, bytes] | None = None) -> None:
    """A pickle of protocol 2, with raw bytes of tensors beside it."""
    out = io.BytesIO()
    _Pickler(out, 2).dump(made)
    archive(path, out.getvalue(), {f"a/data/{key}": data for key, data in (storages or {}).items()})


class Storage:
    """Stands for the bytes of a tensor."""

    def __init__(self, kind: str, key: str, numel: int) -> None:
        self.kind, self.key, self.numel = kind, key, numel


class _Pickler(pickle._Pickler):  # type: ignore[misc]
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            kind = getattr(torch, obj.kind)
            return ("storage", kind, obj.key, "cpu", obj.numel)
        return None


def rewritten(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """One entry of an archive changed."""
    with zipfile.ZipFile(path) as source:
        entries = {item.filename: source.read(item) for item in source.infolist()}
    with zipfile.ZipFile(path, "w") as out:
        for entry, data in entries.items():
            out.writestr(entry, change(data) if entry.endswith(name) else data)
