"""Pictures in a folder, an archive or a list, and what a source makes of them."""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.studies.sources import Listed, Source

TREE = {"b.png": b"B", "a/x.jpg": b"X", "a/x.mask.png": b"M", "a/y.seg.png": b"alone"}


def tarred(path: Path, files: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def in_manifest(path: Path, files: dict[str, bytes]) -> Path:
    in_folder(path.parent, files)
    masks = {"a/x.jpg": "a/x.mask.png"}
    rows = [f"{name},{masks.get(name, '')}" for name in files if name not in masks.values()]
    path.write_text("\n".join(["path,mask", *rows]))
    return path


def everything(source: Source, folder: Path) -> dict[str, tuple[bytes, bytes | None]]:
    """Bytes of pictures and masks by name, as another process finds them."""
    found = {}
    for one in source.pictures():
        again, listed = pickle.loads(pickle.dumps((source, one)))
        mask = listed.mask and again.local(Listed("mask", listed.mask), folder)
        picture = again.local(listed, folder).read_bytes()
        found[one.name] = (picture, mask and mask.read_bytes())
    return found


def refused(source: Source, folder: Path) -> dict[str, str]:
    """Why pictures are left out, at the list or when they are asked for."""
    causes, folder = {}, folder / ".copies"
    folder.mkdir(exist_ok=True)
    for one in source.pictures():
        try:
            if one.cause is None:
                source.local(one, folder)
            causes[one.name] = one.cause or ""
        except XaiError as error:
            causes[one.name] = str(error)
    return {name: cause for name, cause in causes.items() if cause}
