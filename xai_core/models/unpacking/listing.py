"""The files of a package that lies on the disk, and those of them that are models."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from xai_core.models.formats.base import FORMATS
from xai_core.models.packages.base import Content
from xai_core.models.peek.graphs import graph_kind
from xai_core.models.peek.hub_files import CONFIG, INDEX, hub_files
from xai_core.models.tensorflow.folder import GRAPH
from xai_core.models.unpacking.refusal import MAX_DEPTH, MAX_ENTRIES, refused

MAX_MODELS = 100
NO_MODELS = (
    *(".py", ".pyc", ".txt", ".md", ".json", ".yaml", ".yml", ".csv", ".toml", ".cfg", ".ini"),
    *(".png", ".jpg", ".jpeg", ".html", ".pdf", ".sh", ".log", ".ipynb", ".whl"),
)
"""How files end that nobody keeps a model in; they lie beside models in every package."""
OUTSIDE = b"location"  # what a tensor of ONNX names that lies in another file


def names_in(folder: Path) -> tuple[str, ...]:
    """Paths of the files below a folder, in order.

    Raises:
        ModelError: they are too many, or lie too deep.
    """
    found: list[str] = []
    for root, folders, files in os.walk(folder):
        place = PurePosixPath(Path(root).relative_to(folder))
        if len(place.parts) > MAX_DEPTH:
            raise refused("a folder in it lies too deep", str(place))
        folders[:] = sorted(name for name in folders if not _left_behind(name))
        found += [str(place / name) for name in files if not _left_behind(name)]
        if len(found) > MAX_ENTRIES:
            raise refused(f"it has more than {MAX_ENTRIES:,} files")
    return tuple(sorted(found))


def models_in(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """The models among the files below a folder, by the path of the file that holds each.

    Raises:
        ModelError: they are too many.
    """
    found: dict[str, Path] = {}
    taken: list[str] = []  # folders that are one model
    for name in sorted(names, key=lambda one: (one.count("/"), one)):
        if any(name.startswith(one) for one in taken):
            continue
        path = folder / name
        whole = _whole_folder(path)
        if whole is not None:
            prefix = name.removesuffix(path.name)
            taken.append(prefix)
            found = {one: at for one, at in found.items() if not one.startswith(prefix)}
            found[prefix + whole] = path.parent
        elif not name.lower().endswith(NO_MODELS) and any(one.recognise(path) for one in FORMATS):
            found[name] = path
        if len(found) > MAX_MODELS:
            raise refused(f"it holds more than {MAX_MODELS} models")
    return found


def with_outside_weights(path: Path, work: Path) -> Path:
    """An ONNX file whose weights lie beside it as the zip that they are read from; else itself."""
    if not path.is_file() or graph_kind(path) != "onnx" or OUTSIDE not in path.read_bytes():
        return path
    beside = [one for one in sorted(path.parent.iterdir()) if one.is_file() and one != path]
    target = work / f"{path.name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.write(path, path.name)
        for one in beside:
            if graph_kind(one) is None:
                archive.write(one, one.name)
    return target


def content(folder: Path, start: str = "", **said: object) -> Content:
    """What lies below a part of a package, with what the package itself says."""
    names = [name for name in names_in(folder) if name.startswith(start)]
    return Content(models_in(folder, names), **said)  # type: ignore[arg-type]


def _whole_folder(path: Path) -> str | None:
    """The file that stands for a model of a whole folder, where `path` is what tells it."""
    if path.name == GRAPH:
        return GRAPH if (path.parent / "variables").is_dir() else None
    if path.name == CONFIG or path.name.endswith(INDEX):
        files = hub_files(path.parent)
        return files.weights if files is not None and not files.root and files.weights else None
    return None


def _left_behind(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def one_place(names: Iterable[str], wanted: str) -> tuple[str, ...]:
    """The folders in which a file of a name lies: `""`, or paths that end in a slash."""
    return tuple(name.removesuffix(wanted) for name in names if f"/{name}".endswith(f"/{wanted}"))


def merged(parts: Mapping[str, Path], work: Path) -> Path:
    """A folder in which files of several folders lie side by side, as links."""
    work.mkdir(parents=True)
    for name, source in parts.items():
        (work / name).symlink_to(source)
    return work
