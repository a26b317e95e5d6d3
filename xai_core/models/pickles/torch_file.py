"""A file written by `torch.save`, of either layout, looked into without running it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from xai_core.base.errors import ModelError
from xai_core.base.storage.zips import zip_names
from xai_core.models.pickles.archive import MAX_PICKLE, Archive, read_archive
from xai_core.models.pickles.compiled import is_compiled
from xai_core.models.pickles.globals import STORAGE_BYTES, Global
from xai_core.models.pickles.skeleton import Contents, Stub, read_contents

LEGACY_MAGIC = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")
MODULE_KEYS = ("model", "ema", "net", "network", "module", "model_ema", "ema_model", "generator")
Layout = Literal["zip", "legacy"]
Kind = Literal["module", "weights"]


@dataclass(frozen=True)
class TorchFile:
    """What `torch.save` wrote: the layout, and the pickle's contents as stand-ins."""

    layout: Layout
    contents: Contents

    @property
    def names(self) -> tuple[Global, ...]:
        """What the file would import beyond tensors and plain containers."""
        return tuple(name for name in self.contents.names if not name.rebuilds)

    @property
    def kind(self) -> Kind:
        """A whole module, or tensors without one."""
        root = self.contents.root
        if find_module(root) is not None:
            return "module"
        return "weights" if isinstance(root, dict) and self.contents.tensors else "module"


def layout_of(path: Path) -> Layout | None:
    """Which of the two layouts the file has; None for another file. Never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return None
    if head.startswith(LEGACY_MAGIC):
        return "legacy"
    if not head.startswith(b"PK\x03\x04"):
        return None
    names = zip_names(path)
    if names is None:  # broken off: only the first entry's name is left
        return "zip" if re.match(rb"[^/\x00]{1,200}/data\.pkl", head[30:]) else None
    if any(re.fullmatch(r"[^/]+/(constants\.pkl|code/.*)", name) for name in names):
        return None
    return "zip" if any(re.fullmatch(r"[^/]+/data\.pkl", name) for name in names) else None


def kind_of(path: Path) -> Kind | None:
    """Module or weights; a broken torch file counts as a module. Never raises."""
    if layout_of(path) is None:
        return None
    try:
        return read_torch_file(path).kind
    except ModelError:
        return "module"


def read_torch_file(path: Path) -> TorchFile:
    """Check the file and read its contents.

    Raises:
        ModelError: `corrupt-file` or `unsafe-code`.
    """
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


def find_module(root: Any) -> Any:
    """The stand-in of the module: the object itself, or the one under a usual key."""
    if is_compiled(root):
        root = root.args[0]
    if isinstance(root, Stub):
        return root if root.is_module else None
    if not isinstance(root, dict):
        return None
    values = [dict.get(root, key) for key in MODULE_KEYS] + list(dict.values(root))
    values = [x.args[0] if is_compiled(x) and x is not None else x for x in values]
    return next((x for x in values if isinstance(x, Stub) and _network(x)), None)


def _network(stub: Stub) -> bool:
    """A module, and not only how pictures are prepared (torchvision's `weights.transforms()`)."""
    return stub.is_module and not stub.source.module.startswith("torchvision.transforms")


@lru_cache(maxsize=4)
def _read(path: Path, modified: int, size: int) -> TorchFile:
    if layout_of(path) == "legacy":
        return TorchFile("legacy", _legacy_contents(path))
    archive = read_archive(path)
    contents = read_contents(archive.pickle)
    if contents.end != len(archive.pickle):
        raise ModelError(
            "The file holds a second pickle behind the first one.",
            "torch.save never writes that. Do not use this file.",
            code="unsafe-code",
        )
    _check_storages(contents, archive)
    return TorchFile("zip", contents)


def _check_storages(contents: Contents, archive: Archive) -> None:
    # torch trusts the sizes in the pickle and would read past the end of the bytes.
    sizes: Mapping[str, int] = archive.sizes
    for stored in contents.stored:
        held = sizes.get(f"{archive.root}/data/{stored.key}")
        wanted = STORAGE_BYTES.get(stored.kind, -1) * stored.numel
        if held is None or held != wanted or stored.numel < 0:
            raise ModelError(
                f"Tensor data {stored.key!r} should have {wanted} bytes ({stored.numel} elements "
                f"of {stored.kind}), and the file has {'none' if held is None else held}.",
                "Copy or download the file again, or save the model again.",
                code="corrupt-file",
            )


def _legacy_contents(path: Path) -> Contents:
    with path.open("rb") as file:
        data = file.read(MAX_PICKLE)
    start = 0
    for _ in range(3):  # magic number, protocol, byte order; then the object
        header = read_contents(data, start)
        if header.names:
            return header
        start = header.end
    return read_contents(data, start)
