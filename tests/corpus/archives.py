"""Keras files, safetensors, and files that are not of any format."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import torch

from tests.corpus.attack import Attack, Places
from tests.models.formats.hostile import Reduced
from tests.models.formats.keras_nets import NETS, keras, layers, made
from tests.models.formats.test_keras_refused import HOSTILE, becomes, changed


@cache
def keras_file(suffix: str) -> bytes:
    """A sound one."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        made(NETS["sequential"]).save(path)
        return path.read_bytes()


def configured(
    change: Callable[[dict[str, Any], Path], object],
) -> Callable[[Path, Places], object]:
    def write(path: Path, places: Places) -> None:
        source = path.with_suffix(".sound")
        source.write_bytes(keras_file(".keras"))
        changed(source, change, places.canary, path)
        source.unlink()

    return write


def _lambda(path: Path, places: Places) -> None:
    theft = places.theft
    net = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Lambda(lambda x: (exec(theft), x)[1]), layers.Flatten()]  # noqa: S102
    )
    _saved(net, path)


def _torch_module(path: Path, places: Places) -> None:
    buffer = io.BytesIO()
    torch.save(Reduced(exec, places.theft), buffer)
    text = base64.b64encode(buffer.getvalue()).decode()
    configured(becomes("TorchModuleWrapper", "keras.layers", {"module": text, "name": "t"}))(
        path, places
    )


def _saved(net: Any, path: Path) -> None:
    proper = path.with_suffix(".keras")
    net.save(proper)
    proper.rename(path)


def with_entry(name: str, data: bytes, compression: int = 0) -> Callable[[Path, Places], object]:
    def write(path: Path, places: Places) -> None:
        path.write_bytes(keras_file(".keras"))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, data, compression)

    return write


def weights_from(change: Callable[[h5py.File, Places], object]) -> Callable[[Path, Places], object]:
    """An HDF5 file whose first kernel comes from elsewhere."""

    def write(path: Path, places: Places) -> None:
        path.write_bytes(keras_file(".h5"))
        with h5py.File(path, "r+") as file:
            change(file, places)

    return write


def _kernel(file: h5py.File) -> tuple[h5py.Group, str, tuple[int, ...]]:
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if name.endswith("kernel") else None)
    folder, _, name = found[0].rpartition("/")
    return file[folder], name, file[found[0]].shape


def _link(file: h5py.File, places: Places) -> None:
    group, name, _ = _kernel(file)
    del group[name]
    group[name] = h5py.ExternalLink(str(places.secret), "/kernel")


def _storage(file: h5py.File, places: Places) -> None:
    group, name, shape = _kernel(file)
    del group[name]
    place = [(str(places.secret), 0, h5py.h5f.UNLIMITED)]
    group.create_dataset(name, shape, "f4", external=place)


def _virtual(file: h5py.File, places: Places) -> None:
    group, name, shape = _kernel(file)
    del group[name]
    layout = h5py.VirtualLayout(shape=shape, dtype="f4")
    layout[...] = h5py.VirtualSource(str(places.secret), "kernel", shape=shape)
    group.create_virtual_dataset(name, layout)


def safetensors(
    header: object, body: bytes = b"", length: int | None = None
) -> Callable[..., object]:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = struct.pack("<Q", len(text) if length is None else length)
    return lambda path, places: path.write_bytes(size + text + body)


def one(**change: object) -> dict[str, object]:
    return {"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **change}}


def _nested_zips(path: Path, places: Places) -> None:
    data = bytes(2**20)
    for _ in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(8):
                archive.writestr(f"{number}.zip", data)
        data = buffer.getvalue()
    path.write_bytes(data)


def _many_entries(path: Path, places: Places) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"m/{number}", b"")
        archive.writestr("m/saved_model.pb", b"\x08\x01\x12\x00")


KERAS = {name: configured(change) for name, (_, change) in HOSTILE.items()} | {
    "lambda-in-a-sound-model": _lambda,
    "torch-module-inside": _torch_module,
    "two-configurations": with_entry("config.json", b"{}"),
    "bomb": with_entry("assets/x", bytes(256 * 2**20), zipfile.ZIP_DEFLATED),
    "leads-out": with_entry("../x", b"x"),
    "weights-by-link": weights_from(_link),
    "weights-in-the-secret": weights_from(_storage),
    "weights-virtual": weights_from(_virtual),
}
SAFETENSORS = {
    "length-that-lies": safetensors(one(), bytes(4), 2**62),
    "offsets-outside": safetensors(one(data_offsets=[0, 2**40], shape=[2**38]), bytes(4)),
    "offsets-negative": safetensors(one(data_offsets=[-4, 0]), bytes(4)),
    "shape-that-lies": safetensors(one(shape=[2**30, 2**30]), bytes(4)),
    "type-unknown": safetensors(one(dtype="os.system"), bytes(4)),
    "deep-nesting": safetensors(b"[" * 100_000, bytes(4)),
}
OTHERS = {
    "nested-zips": _nested_zips,
    "many-entries": _many_entries,
    "script": lambda path, p: path.write_text(f"#!/bin/sh\ntouch {p.canary}\n"),
    "python": lambda path, p: path.write_text(p.theft),
}
ATTACKS = tuple(
    Attack(kind, name, write)
    for kind, table in (("keras", KERAS), ("safetensors", SAFETENSORS), ("other", OTHERS))
    for name, write in table.items()
)
